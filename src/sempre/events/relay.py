"""Brings what other processes wrote to the connections of this one (Postgres only)."""

import asyncio
from collections.abc import Sequence

from sempre.db.notices import Notices
from sempre.errors import UnavailableError
from sempre.events.event import Event
from sempre.events.log import TOPIC, Log, Watcher
from sempre.tasks import spawn

_PAGE = 1000


class Relay:
    """Reads the log after the last id it gave on, whenever a process says that it has written."""

    def __init__(self, log: Log, notices: Notices) -> None:
        self._log = log
        self._watchers: list[Watcher] = []
        self._cursor: int | None = None
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        notices.on(TOPIC, lambda _payload: self._due.set())

    async def open(self) -> None:
        self._cursor = await self._log.last_id()
        self._task = spawn(self._relay_for_ever(), name="events.relay")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    async def _relay_for_ever(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                while page := await self._log.after(self._cursor or 0, limit=_PAGE):
                    self._give_on(page)
            except UnavailableError:
                self._due.set()
                await asyncio.sleep(1)

    def _give_on(self, page: Sequence[Event]) -> None:
        self._cursor = page[-1].id
        for watcher in self._watchers:
            watcher.publish(page)
