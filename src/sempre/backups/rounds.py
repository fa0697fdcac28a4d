"""Backups that come by themselves. A moment that was missed while Sempre was down is made up for soon after the start;
one that failed is tried again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from sempre import clock
from sempre.backups.copies import Copies, Kept
from sempre.errors import ConflictError, UnavailableError
from sempre.schedule import Schedule

_log = structlog.stdlib.get_logger(__name__)
_LOOK = 30.0  # seconds; short, so that a clock that is set does not matter
_SETTLED = 60.0  # seconds after the start, when there is other work to do
_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How backups stand. `due` is the last moment at which one had to be made."""

    due: datetime | None
    newest: Kept | None
    failure: str | None

    @property
    def missing_since(self) -> datetime | None:
        """Since when the one that was due is not there; None: it is there, or none was due yet."""
        if self.due is None or self.newest is None or self.newest.backup.made_at < self.due:
            return self.due
        return None


class Rounds:
    """`plan` gives the schedule as it is now, None while none is made by itself. `since` is when the home was made: a new
    one has nothing to make up for. `failure` says why the last try failed, until one succeeds."""

    def __init__(
        self, copies: Copies, plan: Callable[[], Schedule | None], *, since: datetime
    ) -> None:
        self._copies = copies
        self._plan = plan
        self._since = since
        self._tried: datetime | None = None
        self.failure: str | None = None

    def next_at(self) -> datetime | None:
        """None: nothing comes by itself here."""
        plan = self._plan()
        return plan.following(clock.now()) if plan else None

    async def standing(self) -> Standing:
        kept = await self._copies.every()
        due = self._due()
        failure = self.failure if due else None  # nobody waits for what was switched off
        return Standing(due=due, newest=kept[0] if kept else None, failure=failure)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(_SETTLED)
        while True:
            await self.look()
            await asyncio.sleep(_LOOK)

    async def look(self) -> Kept | None:
        """Make the one that is due, if it is; gives it."""
        if not self._may_try():
            return None
        standing = await self.standing()
        if standing.missing_since is None:
            return None
        self._tried = clock.now()
        try:
            made = await self._copies.create("scheduled")
        except (UnavailableError, ConflictError) as error:
            return self._failed(error.message)
        except Exception as error:  # noqa: BLE001  (the rounds' edge: told, and tried again)
            _log.exception("backups.fault")
            return self._failed(str(error))
        self.failure = None
        return made

    def _failed(self, reason: str) -> None:
        self.failure = reason
        _log.error("backups.failed", reason=reason, again_in=_AGAIN.total_seconds())

    def _may_try(self) -> bool:
        return self._tried is None or clock.now() - self._tried >= _AGAIN or self.failure is None

    def _due(self) -> datetime | None:
        plan = self._plan()
        last = plan.previous(clock.now()) if plan else None
        return last if last and last >= self._since else None
