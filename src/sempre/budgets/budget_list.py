"""The budgets that hold here: what the settings say, and what a person set instead."""

from collections.abc import Awaitable, Callable, Mapping

from sempre import clock
from sempre.budgets._store import budgets as store
from sempre.budgets._store import reservations
from sempre.budgets.amounts import Limit
from sempre.budgets.budget import Budget, Budgets
from sempre.budgets.scopes import BudgetScope
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.errors import InvalidError, NotFoundError, RefusedError
from sempre.events import Log

_MOST = 10**15  # a billion dollars, or as many tokens; more is a typing mistake


class WideningError(RefusedError):
    """Whoever asks may lower budgets, not raise them."""

    code = "missing_scope"


class BudgetList:
    """`settings` are asked at each reading. `changed` is awaited after each change: turns that wait for a budget look again."""

    def __init__(
        self,
        db: Database,
        settings: Callable[[], Mapping[BudgetScope, Budget]],
        *,
        audit: Audit,
        log: Log,
    ) -> None:
        self._db = db
        self._settings = settings
        self._audit = audit
        self._log = log
        self._known: Budgets | None = None
        self.changed: Callable[[], Awaitable[None]] | None = None

    async def read(self) -> Budgets:
        """As they stand now."""
        async with self._db.reading() as session:
            self._known = self.from_rows(await store.read(session))
        return self._known

    def from_rows(self, rows: Mapping[BudgetScope, Budget]) -> Budgets:
        """What holds when a person set these."""
        return Budgets(rows=rows, settings=self._settings())

    async def current(self) -> Budgets:
        """As they stood when they were last read: every turn reads them before it starts."""
        return self._known or await self.read()

    def forget(self) -> None:
        """Another process changed them."""
        self._known = None

    async def settings_changed(self) -> None:
        """What the settings say may be something else now: every turn asks anew."""
        async with self._db.transaction() as session:
            await reservations.lock(session)
            await reservations.renegotiate(session)
        self._known = None
        if self.changed is not None:
            await self.changed()

    async def set_budget(
        self,
        scope: BudgetScope,
        limit: Limit,
        *,
        warn_percent: int | None = None,
        by: str,
        may_widen: bool,
    ) -> Budget:
        """Counts from the next call on, also for turns that run. Raises InvalidError, WideningError."""
        if not all(0 <= each <= _MOST for each in (limit.micros or 0, limit.tokens or 0)):
            raise InvalidError("A budget is from 0 to a billion dollars or 10^15 tokens.")
        before = (await self.read()).of(scope)
        percent = before.warn_percent if warn_percent is None else warn_percent
        budget = Budget(
            scope=scope, limit=limit, warn_percent=percent, changed_at=clock.now(), changed_by=by
        )
        await self._change(before, budget, by=by, may_widen=may_widen)
        return budget

    async def clear_budget(self, scope: BudgetScope, *, by: str, may_widen: bool) -> Budget:
        """What stands in the settings or for all channels holds again; gives that. Raises NotFoundError,
        WideningError."""
        now = await self.read()
        if scope not in now.rows:
            raise NotFoundError(
                f"No budget of a person's own is set for {scope}. What holds is in sempre.toml."
            )
        rows = {each: budget for each, budget in now.rows.items() if each != scope}
        after = self.from_rows(rows).of(scope)
        await self._change(now.rows[scope], after, by=by, may_widen=may_widen, remove=True)
        return after

    async def _change(
        self, before: Budget, after: Budget, *, by: str, may_widen: bool, remove: bool = False
    ) -> None:
        scope = before.scope if remove else after.scope
        if not may_widen and after.limit.is_wider_than(before.limit):
            raise _widening(scope)
        details = {
            "scope": str(scope),
            "before": _told(before),
            "after": _told(after),
            "cleared": remove,
        }
        await self._audit.record("budget.changed", by=by, channel=scope.channel, details=details)
        async with self._db.transaction() as session:
            await reservations.lock(session)
            held = self.from_rows(await store.read(session)).of(scope)
            if not may_widen and after.limit.is_wider_than(held.limit):
                raise _widening(scope)  # somebody lowered it meanwhile
            if remove:
                await store.delete(session, scope)
            else:
                await store.write(session, after)
            await reservations.renegotiate(session)
        self._known = None
        self._log.append("budget.changed", {**details, "by": by}, channel=scope.channel)
        if self.changed is not None:
            await self.changed()


def _widening(scope: BudgetScope) -> WideningError:
    return WideningError(
        f"This raises the budget for {scope}, which needs the scope `approve`. Do it in the dashboard as the owner, or "
        "with a token of that scope in SEMPRE_TOKEN."
    )


def _told(budget: Budget) -> Mapping[str, object]:
    return {
        "micros": budget.limit.micros,
        "tokens": budget.limit.tokens,
        "warn_percent": budget.warn_percent,
    }
