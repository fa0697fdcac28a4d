"""A model call that is asked for, and the most that it can take. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sempre.budgets.amounts import Amount, tokens_of
from sempre.budgets.prices import Rates, find_price
from sempre.contract.messages import Usage


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`most` is more than it can take, as tokens of the prompt and of the answer; None: nobody knows."""

    channel: str
    turn_id: str | None
    model: str
    most: Usage | None = None


def most_of(calls: Sequence[Asked], own: Mapping[str, Rates]) -> Amount | None:
    """The most that all of them can take together; None when that is not known of one."""
    total = Amount()
    for call in calls:
        if call.most is None:
            return None
        price = find_price(call.model, own)
        micros = price.most(call.most) if price else 0
        total += Amount(micros=micros, tokens=tokens_of(call.most))
    return total
