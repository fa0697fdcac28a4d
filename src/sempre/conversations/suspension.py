"""The one switch that suspends everything, as the database has it and as this process heard of it last."""

import asyncio
from collections.abc import Callable, Sequence

from sempre import clock
from sempre.contract.messages import TurnState
from sempre.conversations._store import switches, turns
from sempre.conversations.hold import Sleeper, Suspended
from sempre.db import Database
from sempre.db.notices import notify
from sempre.events import Log

TOPIC = "sempre_suspension"
KIND = "suspended"


class Suspension:
    """`current` is what this process knows; several processes share the row, and hear of a change by notice."""

    def __init__(self, db: Database, log: Log) -> None:
        self._db = db
        self._log = log
        self._begun = asyncio.Event()
        self._watchers: list[Callable[[Suspended | None], None]] = []
        self.current: Suspended | None = None

    def watch(self, changed: Callable[[Suspended | None], None]) -> None:
        """Called with what holds now, and with each change that this process hears of."""
        self._watchers.append(changed)
        changed(self.current)

    async def refresh(self) -> Suspended | None:
        """Look into the database."""
        async with self._db.reading() as session:
            found = await switches.suspended(session)
        self._know(found)
        return found

    async def now(self) -> Suspended | None:
        """What holds this moment: another process may have been told just now."""
        return await self.refresh() if self._db.is_postgres else self.current

    async def until_begun(self) -> None:
        """Returns once everything is suspended."""
        await self._begun.wait()

    async def begin(self, *, by: str, reason: str | None) -> Suspended:
        """Nothing runs from now on. Who was first stays in the row."""
        async with self._db.transaction() as session:
            fresh = await switches.suspend(session, by=by, reason=reason, now=clock.now())
            found = await switches.suspended(session)
            await notify(session, TOPIC)
        assert found is not None  # noqa: S101  (written in this transaction)
        self._know(found)
        if fresh:
            self._log.append("agent.suspended", {"by": by, "reason": reason})
        return found

    async def end(self, *, by: str) -> Sequence[Sleeper]:
        """Everything goes on. Gives the turns that may wait for it, for the caller to wake, and then to `release`: a
        turn that still shows this reason was not woken."""
        async with self._db.transaction() as session:
            # First the row: a turn that is being parked meanwhile is awake enough to be found below.
            changed = await switches.go_on(session)
            sleepers = await turns.sleepers(session)
            await notify(session, TOPIC)
        self._know(None)
        if changed:
            self._log.append("agent.resumed", {"by": by})
        return sleepers

    async def release(self) -> None:
        """All that were parked for it have been woken."""
        async with self._db.transaction() as session:
            await turns.release(session, KIND, TurnState.QUEUED)

    def _know(self, found: Suspended | None) -> None:
        if found == self.current:
            return
        self.current = found
        if found is None:
            self._begun.clear()
        else:
            self._begun.set()
        for changed in self._watchers:
            changed(found)
