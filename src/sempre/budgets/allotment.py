"""How much a turn may reserve, reckoned inside one transaction from what is spent and what others have reserved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sempre.budgets._store import reservations
from sempre.budgets._store.reservations import Reserved
from sempre.budgets.amounts import Amount, Limit
from sempre.budgets.budget import Budget, Budgets
from sempre.budgets.days import Day
from sempre.budgets.refusals import Refusal
from sempre.budgets.scopes import DAY, BudgetScope, Kind
from sempre.db import Session

# A turn without a cap of its own reserves this part of the day's budget at a time, and more as it needs it.
_PART = 20
_NOTHING = Limit(micros=0, tokens=0)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One budget that counts for a turn. `scope` is what it counts here: a channel's day under a budget for all.
    `held` is what others have reserved of it and not yet spent."""

    scope: BudgetScope
    budget: Budget
    spent: Amount
    held: Amount

    @property
    def left(self) -> Limit:
        return self.budget.limit.after(self.spent + self.held)


@dataclass(frozen=True, kw_only=True)
class Allotment:
    """`limit` counts from `since` on. `refusal` is set when nothing is left."""

    limit: Limit
    since: datetime
    refusal: Refusal | None = None


async def allot(
    session: Session,
    budgets: Budgets,
    day: Day,
    *,
    turn_id: str,
    channel: str,
    since: datetime,
    need: Amount,
    own: Limit = Limit(),  # noqa: B008  (frozen)
) -> Allotment:
    """The caller holds the lock. `need` is what calls under way may still take, `own` what is left of a limit that
    the turn came with."""
    spent = await reservations.spent_by_turn(session, turn_id, since)
    budget = budgets.of_turn(channel)
    levels = [
        Level(
            scope=BudgetScope(Kind.TURN),
            budget=replace(budget, limit=budget.limit.least(own.plus(spent))),
            spent=spent,
            held=Amount(),
        ),
        *await levels_of(session, budgets, day, channel=channel, but=turn_id),
    ]
    extra = await _released(session, turn_id)
    limit = _least([each.left for each in levels]).least(_portion(levels, need)).most(extra)
    refusal = None if limit.allows_more_than(Amount()) else _refusal(levels, extra, day)
    return Allotment(limit=limit.plus(spent), since=since, refusal=refusal)


async def levels_of(
    session: Session, budgets: Budgets, day: Day, *, channel: str, but: str | None = None
) -> list[Level]:
    """The day's and the channel's, with what other turns than `but` have reserved."""
    others = await reservations.every(session)
    levels: list[Level] = []
    for scope in (BudgetScope(Kind.CHANNEL, channel), DAY):
        budget = budgets.of(scope)
        if not budget.limit.is_none:
            spent = await reservations.spent_since(session, day.began, scope.channel)
            reserved = held(others, scope.channel, but=but)
            levels.append(Level(scope=scope, budget=budget, spent=spent, held=reserved))
    return levels


def held(
    others: Mapping[str, Reserved], channel: str | None = None, *, but: str | None = None
) -> Amount:
    """What turns have reserved and not yet spent, of one channel or of all."""
    total = Amount()
    for each in others.values():
        if each.turn_id != but and channel in {None, each.channel}:
            left = each.limit.after(each.spent)
            total += Amount(micros=left.micros or 0, tokens=left.tokens or 0)
    return total


def refused(levels: Sequence[Level], day: Day) -> Refusal | None:
    """Why nothing more may be spent at these levels."""
    if _least([each.left for each in levels]).allows_more_than(Amount()):
        return None
    return _refusal(levels, _NOTHING, day)


async def _released(session: Session, turn_id: str) -> Limit:
    """What is left of a person's release; never without limit, and nothing where there was none."""
    release = await reservations.released(session, turn_id)
    if release is None:
        return _NOTHING
    spent = await reservations.spent_by_turn(session, turn_id, release.since)
    return Limit(micros=release.limit.micros or 0, tokens=release.limit.tokens or 0).after(spent)


def _portion(levels: Sequence[Level], need: Amount) -> Limit:
    """Of what is not capped by the turn itself a part, so that others may begin, too."""
    own = next(each.budget.limit for each in levels if each.scope.kind is Kind.TURN)
    whole = _least([each.budget.limit for each in levels])
    return Limit(
        micros=_part(whole.micros, need.micros) if own.micros is None else None,
        tokens=_part(whole.tokens, need.tokens) if own.tokens is None else None,
    )


def _part(whole: int | None, need: int) -> int | None:
    return None if whole is None else max(whole // _PART, 1) + need


def _refusal(levels: Sequence[Level], extra: Limit, day: Day) -> Refusal:
    """What is spent is said before what is only reserved."""

    def is_short(limit: Limit) -> bool:
        return not limit.most(extra).allows_more_than(Amount())

    spent_up = [each for each in levels if is_short(each.budget.limit.after(each.spent))]
    short = spent_up or [each for each in levels if is_short(each.left)]
    level = short[0]
    return Refusal(
        scope=level.scope,
        limit=level.budget.limit,
        spent=level.spent,
        until=day.ends,
        zone=day.zone,
        held=not spent_up,
    )


def _least(limits: Sequence[Limit]) -> Limit:
    least = Limit()
    for each in limits:
        least = least.least(each)
    return least
