"""Why a turn may not spend now: which budget, how much of it, and when it goes on. The words go to people."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sempre.budgets.amounts import Amount, Limit
from sempre.budgets.scopes import BudgetScope, Kind

_WHOSE = {Kind.DAY: "Today's budget", Kind.TURN: "This turn's budget for today"}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """`held` means that it is not spent: turns that run now have reserved the rest, and it goes on as soon as one of
    them ends. `until` is when the next day begins."""

    scope: BudgetScope
    limit: Limit
    spent: Amount
    until: datetime
    zone: tzinfo
    held: bool = False

    @property
    def message(self) -> str:
        whose = _WHOSE.get(self.scope.kind) or f"Today's budget of {self.scope.channel}"
        if self.held:
            return (
                f"{whose} ({self._limit()}, {self._spent()} spent) is reserved for turns that run now. This turn "
                "goes on when one of them ends."
            )
        return (
            f"{whose} of {self._limit()} is used up ({self._spent()} spent). The turn goes on when the next day "
            f"begins, at {self._when()}, or when a person raises the budget or releases the turn."
        )

    def _in_money(self) -> bool:
        """The unit that is used up; both when nothing tells."""
        used_up = self.limit.tokens is not None and self.spent.tokens >= self.limit.tokens
        return self.limit.micros is not None and not (
            used_up and self.spent.micros < self.limit.micros
        )

    def _limit(self) -> str:
        return (
            dollars(self.limit.micros or 0)
            if self._in_money()
            else f"{self.limit.tokens or 0:,} tokens"
        )

    def _spent(self) -> str:
        return dollars(self.spent.micros) if self._in_money() else f"{self.spent.tokens:,}"

    def _when(self) -> str:
        return f"{self.until.astimezone(self.zone):%Y-%m-%d %H:%M} ({self.zone})"


def dollars(micros: int) -> str:
    """Cents, and more places where cents would say nothing."""
    return f"${micros / 1e6:,.2f}" if micros % 10_000 == 0 else f"${micros / 1e6:,.4f}"
