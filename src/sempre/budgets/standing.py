"""How every budget stands: its limits, what is spent and reserved of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from sempre.budgets._store import reservations, sums
from sempre.budgets.allotment import held
from sempre.budgets.amounts import Amount
from sempre.budgets.budget import Budget
from sempre.budgets.budget_list import BudgetList
from sempre.budgets.days import Day
from sempre.budgets.scopes import DAY, BudgetScope, Kind
from sempre.budgets.totals import Totals
from sempre.db import Database


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Today's. `totals` None: it is no budget of one thing, so nothing is counted against it alone. `inherited`:
    what holds for all channels holds for this one."""

    scope: BudgetScope
    budget: Budget
    totals: Totals | None = None
    reserved: Amount = field(default_factory=Amount)
    inherited: bool = False

    @property
    def ratio(self) -> float | None:
        return None if self.totals is None else self.budget.limit.ratio(self.totals.amount)


class Standings:
    def __init__(self, db: Database, budgets: BudgetList, zone: tzinfo) -> None:
        self._db = db
        self._budgets = budgets
        self.zone = zone

    async def read(self) -> Sequence[Standing]:
        """The day, what holds for every channel and turn, what holds for one, and channels that spent today."""
        budgets = await self._budgets.read()
        day = Day.today(self.zone)
        async with self._db.reading() as session:
            by_channel = await sums.total_by_channel(session, day.began)
            reserved = await reservations.every(session)
        standings = [
            Standing(
                scope=DAY,
                budget=budgets.of_day(),
                totals=sum(by_channel.values(), Totals()),
                reserved=held(reserved),
            )
        ]
        for kind in (Kind.CHANNEL, Kind.TURN):
            scope = BudgetScope(kind)
            standings.append(Standing(scope=scope, budget=budgets.of(scope)))
        own = {each.scope.channel for each in budgets.every() if each.scope.kind is Kind.CHANNEL}
        spending = {*by_channel, *(each.channel for each in reserved.values())}
        for channel in sorted({*own, *spending} - {None}, key=str):
            scope = BudgetScope(Kind.CHANNEL, channel)
            budget = budgets.of(scope)
            standing = Standing(
                scope=scope,
                budget=budget,
                totals=by_channel.get(str(channel), Totals()),
                reserved=held(reserved, channel),
                inherited=budget.scope != scope,
            )
            standings.append(standing)
        standings += [
            Standing(scope=each.scope, budget=each)
            for each in budgets.every()
            if each.scope.kind is Kind.TURN and each.scope.channel is not None
        ]
        return standings
