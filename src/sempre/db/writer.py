"""The one writer of an embedded database. Blocks run one after the other; those that come while one runs share its
commit, since a commit costs a wait for the disk, however much is in it.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sempre.db.embedded import (
    MOMENT_SECONDS,
    TURN_SECONDS,
    Connection,
    File,
    Session,
    in_thread,
    threads,
)
from sempre.tasks import to_the_end

_LOCK_SECONDS = 30  # for another process to end its own writing
_TOGETHER = 50  # blocks in one commit
_GIVEN_UP = "SQLite gave up what was written together"


@dataclass(eq=False)
class _Batch:
    """Blocks that are committed together, each in a savepoint but for the first. `synced`: its commit waits for the
    disk."""

    synced: bool
    ended: asyncio.Future[BaseException | None]  # with why it failed
    blocks: int = 0


@dataclass(eq=False)
class _Waiter:
    synced: bool
    turn: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Writer:
    """Whose block has ended waits for the commit; the next block begins meanwhile in the same transaction. A block
    that fails takes nothing with it but itself."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._connection: Connection | None = None
        self._waiting: deque[_Waiter] = deque()
        self._busy = False  # a block runs, or a commit
        self._batch: _Batch | None = None
        self._synced: bool | None = None
        self._closed = False

    @asynccontextmanager
    async def begin(self, *, lasting: bool) -> AsyncIterator[Session]:
        """Committed when it ends; `lasting` waits for the disk. Raises SQLAlchemy's TimeoutError, sqlite3.Error."""
        await self._take_turn(lasting)
        try:
            connection = await self._opened()
            batch = await self._join(connection, lasting)
            try:
                yield connection.session
                self._keep(connection, batch)
            except BaseException:
                self._undo(connection, batch)
                raise
        finally:
            self._pass_on()
        if (reason := await to_the_end(batch.ended)) is not None:
            raise sqlite3.OperationalError(str(reason)) from reason

    async def close(self) -> None:
        """What still writes is closed when it has ended."""
        self._closed = True
        if not self._busy:
            await in_thread(self._shut)

    async def _take_turn(self, synced: bool) -> None:
        if not self._busy:
            self._busy = True
            return
        waiter = _Waiter(synced)
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await waiter.turn
        except BaseException as error:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self._pass_on()
            with suppress(ValueError):
                self._waiting.remove(waiter)
            if isinstance(error, TimeoutError):
                raise PoolTimeoutError("no connection came free") from error
            raise

    async def _opened(self) -> Connection:
        while self._connection is None:
            await in_thread(self._open)
        return self._connection

    def _open(self) -> None:
        """Kept also when who asked for it is cancelled meanwhile."""
        self._connection = self._file.open()

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._synced = None

    async def _join(self, connection: Connection, synced: bool) -> _Batch:
        if self._batch is None:
            self._wait_for_disk(connection, synced)
            try:
                await _take_lock(connection)
            except BaseException:
                connection.roll_back()
                raise
            self._batch = _Batch(synced, asyncio.get_running_loop().create_future())
        if self._batch.blocks:
            connection.tell("SAVEPOINT block")
        return self._batch

    def _keep(self, connection: Connection, batch: _Batch) -> None:
        if not connection.driver.in_transaction:
            raise sqlite3.OperationalError(_GIVEN_UP)
        if batch.blocks:
            connection.tell("RELEASE block")
        batch.blocks += 1

    def _undo(self, connection: Connection, batch: _Batch) -> None:
        if batch.blocks and connection.driver.in_transaction:
            connection.tell("ROLLBACK TO block")
            connection.tell("RELEASE block")
            return
        connection.roll_back()
        self._batch = None
        batch.ended.set_result(sqlite3.OperationalError(_GIVEN_UP))

    def _pass_on(self) -> None:
        """A block has ended, or never began: the next one, or the commit."""
        while self._waiting and self._waiting[0].turn.done():
            self._waiting.popleft()
        batch, connection = self._batch, self._connection
        if batch is not None and connection is not None and not self._goes_on(batch):
            self._commit(batch, connection)
        elif self._waiting:
            self._waiting.popleft().turn.set_result(None)
        else:
            self._busy = False
            if self._closed:
                self._shut()

    def _goes_on(self, batch: _Batch) -> bool:
        return (
            bool(self._waiting)
            and batch.blocks < _TOGETHER
            and (batch.synced or not self._waiting[0].synced)
        )

    def _commit(self, batch: _Batch, connection: Connection) -> None:
        self._batch = None

        def committed(running: asyncio.Future[None]) -> None:
            if (reason := running.exception()) is not None:
                connection.roll_back()
            batch.ended.set_result(reason)
            self._pass_on()

        running = asyncio.get_running_loop().run_in_executor(threads, connection.driver.commit)
        running.add_done_callback(committed)

    def _wait_for_disk(self, connection: Connection, wait: bool) -> None:
        """At each commit. What does not wait is on the disk with the next that does."""
        if self._synced is not wait:
            connection.tell(f"PRAGMA synchronous={'FULL' if wait else 'NORMAL'}")
            self._synced = wait


async def _take_lock(connection: Connection) -> None:
    """At once when no other process has it, else in a thread."""
    try:
        connection.tell("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        await in_thread(lambda: _wait_for_lock(connection))


def _wait_for_lock(connection: Connection) -> None:
    _set_patience(connection, _LOCK_SECONDS)
    try:
        connection.tell("BEGIN IMMEDIATE")
    finally:
        _set_patience(connection, MOMENT_SECONDS)


def _set_patience(connection: Connection, seconds: float) -> None:
    connection.tell(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
