"""Short words between processes that share one Postgres (LISTEN / NOTIFY). With SQLite there is one process.

A notice only says "look": what counts stands in the tables, so a lost one costs time, never work.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import psycopg
import sqlalchemy as sa
import structlog
from psycopg import sql

from sempre.db.database import Database, Session
from sempre.tasks import spawn

_log = structlog.stdlib.get_logger(__name__)
_RECONNECT_SECONDS = 1.0


async def notify(session: Session, topic: str, payload: str = "") -> None:
    """Say it once this transaction has committed; nothing on SQLite."""
    if session.dialect.name == "postgresql":
        await session.execute(sa.select(sa.func.pg_notify(topic, payload)))


class Notices:
    """Hears what other processes (and this one) say."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._heard: dict[str, Callable[[str], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()  # who listens, and who listened and still ends

    def on(self, topic: str, heard: Callable[[str], None]) -> None:
        """Call `heard(payload)` for each notice, and with "" after a reconnection, when some may be missing."""
        self._heard[topic] = heard
        if self._tasks:  # it listens already, for the others
            self.open()

    def say(self, topic: str, payload: str) -> None:
        """Tell every process, this one too; on SQLite there is no other. Does not wait."""
        if self._db.is_postgres:
            spawn(self._say(topic, payload), name="db.notices.say")

    def open(self) -> None:
        if self._db.is_postgres:
            task = spawn(self._listen_for_ever(self._cancel()), name="db.notices")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        await _ended(self._cancel())

    def _cancel(self) -> frozenset[asyncio.Task[None]]:
        """Each once: the second time it would not get to close its connection."""
        for task in self._tasks:
            if not task.cancelling():
                task.cancel()
        return frozenset(self._tasks)

    async def _say(self, topic: str, payload: str) -> None:
        async with self._db.transaction() as session:
            await notify(session, topic, payload)

    async def _listen_for_ever(self, before: frozenset[asyncio.Task[None]]) -> None:
        await _ended(before)
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                _log.warning("notices.lost", reason=str(error), again_in=_RECONNECT_SECONDS)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            for topic in self._heard:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(topic)))
            for heard in self._heard.values():
                heard("")
            async for notice in connection.notifies():
                self._heard[notice.channel](notice.payload)

    async def _connect(self) -> psycopg.AsyncConnection:
        connecting = asyncio.get_running_loop().create_task(
            psycopg.AsyncConnection.connect(self._db.url, autocommit=True, connect_timeout=10)
        )
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # Broken off half-way it would leave its socket open, and Postgres waiting for a minute.
            with suppress(psycopg.Error):
                await (await connecting).close()
            raise


async def _ended(tasks: frozenset[asyncio.Task[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks)  # which does not hand on that we are cancelled
