"""SQLite for an event loop, without a thread for each statement.

A point read or write in a WAL file takes some ten microseconds; handing it to a thread and back takes twenty times
that. So statements run where they are asked for, and only what may wait goes to a thread: the lock of the one writer,
and the commit, which waits for the disk. What looks at many rows belongs into `Database.scanning` instead.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import ModuleType
from typing import Any, TypeVar, cast

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.engine.url import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_

DRIVER = "sqlite+inloop"

_T = TypeVar("_T")

_LOCK_SECONDS = 30
_MOMENT_SECONDS = 0.05  # how long the loop itself may wait for another process's lock
_waiting = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sqlite")


class _AtOnce:
    """SQLAlchemy insists that an asynchronous driver awaits something."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_AT_ONCE = _AtOnce()


class _Cursor(sqlite3.Cursor):
    """Holds its rows, so that they outlast the transaction as those of every other driver do."""

    _rows: deque[Any]

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        await_(_AT_ONCE)
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "_Cursor":
        await_(_AT_ONCE)
        super().executemany(sql, parameters)
        self._rows = deque()
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or 1, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's asyncio layer asks every cursor to let go of its connection."""


class Connection:
    """What SQLAlchemy sees of one connection. Its methods are called within SQLAlchemy's greenlets."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.driver = connection

    def cursor(self) -> _Cursor:
        return self.driver.cursor(_Cursor)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> _Cursor:
        return self.cursor().execute(sql, parameters)

    def begin_reading(self) -> None:
        self.driver.execute("BEGIN")

    def begin_writing(self) -> None:
        """Take the writer's lock: at once when nobody has it, else in a thread."""
        try:
            self.driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            _in_thread(self._wait_for_lock)

    def commit(self) -> None:
        if self.driver.in_transaction:
            _in_thread(self.driver.commit)

    def rollback(self) -> None:
        if self.driver.in_transaction:
            self.driver.rollback()

    def close(self) -> None:
        self.driver.close()

    terminate = close

    def create_function(self, *arguments: Any, **options: Any) -> None:
        self.driver.create_function(*arguments, **options)

    def _wait_for_lock(self) -> None:
        self._set_patience(_LOCK_SECONDS)
        try:
            self.driver.execute("BEGIN IMMEDIATE")
        finally:
            self._set_patience(_MOMENT_SECONDS)

    def _set_patience(self, seconds: float) -> None:
        self.driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


class _Module:
    """What SQLAlchemy takes for the driver's module: sqlite3, whose connections are ours."""

    def __init__(self, driver: ModuleType) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def connect(self, *arguments: Any, **options: Any) -> Connection:
        options["timeout"] = _MOMENT_SECONDS
        options["check_same_thread"] = False  # one at a time uses it, but not always the same
        options["isolation_level"] = None  # else sqlite3 opens transactions by itself
        return Connection(_in_thread(lambda: sqlite3.connect(*arguments, **options)))


class Dialect(SQLiteDialect_pysqlite):
    driver = "inloop"
    supports_statement_cache = True
    is_async = True
    has_terminate = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return _Module(sqlite3)

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: DBAPIConnection) -> sqlite3.Connection:
        return cast("Connection", connection).driver

    def do_terminate(self, dbapi_connection: DBAPIConnection) -> None:
        dbapi_connection.close()

    def set_isolation_level(self, dbapi_connection: DBAPIConnection, level: Any) -> None:
        """Transactions are begun by `Connection`."""


def _in_thread(call: Callable[[], _T]) -> _T:
    return await_(_finished(call))


async def _finished(call: Callable[[], _T]) -> _T:
    """A cancelled caller waits too: nobody else may have the connection while the thread uses it."""
    running = asyncio.get_running_loop().run_in_executor(_waiting, call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise


registry.register("sqlite.inloop", __name__, "Dialect")
