"""Tells, once a day for each budget, that it is nearly used up, and once for each turn that it is. Rows remember what
was told, so that a restart does not tell it again."""

import asyncio
from datetime import tzinfo

import structlog

from sempre import clock
from sempre.budgets._store import budgets as store
from sempre.budgets._store import sums
from sempre.budgets.amounts import Amount
from sempre.budgets.budget import Budget
from sempre.budgets.budget_list import BudgetList
from sempre.budgets.days import Day
from sempre.budgets.refusals import Refusal
from sempre.db import Database
from sempre.errors import UnavailableError
from sempre.events import Log
from sempre.tasks import spawn, stop

_log = structlog.stdlib.get_logger(__name__)
_SECONDS = 5.0


class Warnings:
    def __init__(self, db: Database, budgets: BudgetList, log: Log, zone: tzinfo) -> None:
        self.zone = zone
        self._db = db
        self._budgets = budgets
        self._log = log
        self._looked = 0.0
        self._looking = asyncio.Lock()
        self._given: set[tuple[str, str, str]] = set()
        self._task: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Look beside the caller's work, if nobody did for a while."""
        if clock.ticks() - self._looked > _SECONDS and (self._task is None or self._task.done()):
            self._looked = clock.ticks()
            self._task = spawn(self.look_now(), name="budgets.warnings")

    async def look_now(self) -> None:
        try:
            async with self._looking:
                await self._look()
        except UnavailableError as error:  # the next look tells it
            _log.warning("budgets.not_looked", reason=error.message)

    async def close(self) -> None:
        if self._task is not None:
            await stop(self._task)

    async def tell_reached(self, turn_id: str, channel: str, refusal: Refusal) -> None:
        day = Day.today(self.zone)
        level = f"reached:{turn_id}:{refusal.limit.micros}:{refusal.limit.tokens}"
        if await self._is_first(str(refusal.scope), day, level):
            details = {
                "scope": str(refusal.scope),
                "message": refusal.message,
                "until": refusal.until.isoformat(),
                **_numbers(refusal.limit.micros, refusal.limit.tokens, refusal.spent),
            }
            self._log.append("budget.reached", details, channel=channel, turn_id=turn_id)

    async def _look(self) -> None:
        budgets = await self._budgets.current()
        if budgets.are_none:
            return
        day = Day.today(self.zone)
        async with self._db.reading() as session:
            by_channel = await sums.total_by_channel(session, day.began)
        total = Amount()
        for channel, totals in by_channel.items():
            total += totals.amount
            await self._warn(budgets.of_channel(channel), channel, totals.amount, day)
        await self._warn(budgets.of_day(), None, total, day)

    async def _warn(self, budget: Budget, channel: str | None, spent: Amount, day: Day) -> None:
        if not budget.warns_at(spent):
            return
        scope = "day" if channel is None else f"channel:{channel}"
        level = f"{budget.limit.micros}:{budget.limit.tokens}:{budget.warn_percent}"
        if await self._is_first(scope, day, level):
            details = {
                "scope": scope,
                "percent": budget.warn_percent,
                **_numbers(budget.limit.micros, budget.limit.tokens, spent),
            }
            self._log.append("budget.warned", details, channel=channel)

    async def _is_first(self, scope: str, day: Day, level: str) -> bool:
        key = (scope, str(day), level)
        if key in self._given:
            return False
        async with self._db.transaction() as session:
            first = await store.mark_warned(session, *key, clock.now())
        self._given = {each for each in self._given if each[1] == str(day)} | {key}
        return first


def _numbers(micros: int | None, tokens: int | None, spent: Amount) -> dict[str, object]:
    return {
        "limit_micros": micros,
        "limit_tokens": tokens,
        "spent_micros": spent.micros,
        "spent_tokens": spent.tokens,
    }
