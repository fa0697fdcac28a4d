"""Several processes on one Postgres: who lives, who takes over, and a word to the others when there is work."""

import asyncio
from collections.abc import Callable, Iterable

from sempre.db import Database
from sempre.db.disposal import dispose
from sempre.db.notices import Notices
from sempre.durable._store import Executors, Ownership, open_store
from sempre.durable.configuration import SCHEMA, EngineSettings
from sempre.durable.reaper import Reaper

_TOPIC = "sempre_engine"
_CONNECTIONS = 3  # its own: a heartbeat never waits for the engine's connections


class Cluster:
    """`nudge` and `lost` are called in the loop: others left work; this process was declared dead."""

    def __init__(
        self,
        settings: EngineSettings,
        me: str,
        *,
        nudge: Callable[[str], None],
        lost: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._nudge = nudge
        self._lost = lost
        self._store = open_store(
            settings.database_url, connections=_CONNECTIONS, dead_after=settings.dead_after
        )
        self._executors = Executors(self._store, SCHEMA, Ownership(SCHEMA), me)
        self._database = Database(settings.database_url)
        self._notices = Notices(self._database)
        self._reaper: Reaper | None = None

    def join(self) -> None:
        self._executors.join(self._settings.node)

    def recover(self) -> list[str]:
        """Take back what this node's earlier processes left, and what the dead left; gives its ids."""
        left = self._executors.replace(self._settings.node)
        return left + self._executors.reap(self._settings.dead_after)

    def open(self) -> None:
        self._notices.on(_TOPIC, self._nudge)
        self._notices.open()
        self._reaper = Reaper(
            self._executors,
            beat=self._settings.beat,
            dead_after=self._settings.dead_after,
            reaped=lambda: self._nudge(""),
            lost=self._lost,
        )
        self._reaper.open()

    def nodes(self) -> frozenset[str]:
        return self._executors.nodes()

    def owner(self, workflow_id: str) -> str | None:
        return self._executors.confirm(workflow_id)

    def notify(self, queues: Iterable[str]) -> None:
        self._executors.notify(_TOPIC, list(queues))

    async def close(self) -> None:
        """Stop hearing and beating. Work that still runs here may be taken over from now on."""
        await self._notices.close()
        await self._database.close()
        if self._reaper is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._reaper.close)
            self._reaper = None

    def leave(self) -> None:
        """Hand back what is unfinished, tell the others, and go."""
        try:
            if self._executors.leave():
                self._executors.notify(_TOPIC, [""])
        finally:
            dispose(self._store)
