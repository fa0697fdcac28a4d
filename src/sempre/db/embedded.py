"""SQLite in an event loop, without a thread for each statement.

A point read or write in a WAL file takes some ten microseconds; handing it to a thread and back takes twenty times
that. So statements run where they are asked for, and only what may wait goes to a thread: the lock of the one writer,
and the commit, which waits for the disk. What looks at many rows belongs into `Database.scanning` instead.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sempre.db.prepared import Result, Statements
from sempre.tasks import to_the_end

_T = TypeVar("_T")

MOMENT_SECONDS = 0.05  # how long the loop itself may wait for another process's lock
TURN_SECONDS = 60  # for a connection to come free
threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sqlite")


class Session:
    """What stores ask of a connection of `Database`, in the words of SQLAlchemy's AsyncConnection."""

    def __init__(
        self, connection: sa.Connection, cursor: sqlite3.Cursor, statements: Statements
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._statements = statements

    @property
    def dialect(self) -> sa.Dialect:
        return self._connection.dialect

    async def execute(
        self, statement: sa.Executable, parameters: Any = None
    ) -> sa.CursorResult[Any] | Result:
        return self._run(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> sa.CursorResult[Any]:
        return self._connection.exec_driver_sql(statement, parameters)

    async def scalar(self, statement: sa.Executable, parameters: Any = None) -> Any:
        return self._run(statement, parameters).scalar()

    async def scalars(
        self, statement: sa.Executable, parameters: Any = None
    ) -> sa.ScalarResult[Any]:
        return self._run(statement, parameters).scalars()

    def _run(self, statement: sa.Executable, parameters: Any) -> sa.CursorResult[Any] | Result:
        prepared = self._statements.find(statement, parameters)
        if prepared is None:
            return self._connection.execute(statement, parameters)
        return prepared.run(self._cursor, parameters or {})


class Connection:
    """An open one. Transactions are begun and ended by what it is told."""

    def __init__(self, made: sa.Connection, statements: Statements) -> None:
        self._made = made
        self.driver = _driver_of(made)
        self.cursor = sqlite3.Connection.cursor(
            self.driver
        )  # one for all: made anew, it costs more
        self.session = Session(made, self.cursor, statements)

    def tell(self, statement: str) -> None:
        """Raises sqlite3.Error."""
        self.cursor.execute(statement)

    def roll_back(self) -> None:
        """Whatever is open."""
        if self.driver.in_transaction:
            self.driver.rollback()

    def close(self) -> None:
        self._made.close()


class File:
    """Opens connections to one file. SQLAlchemy compiles statements and reads rows; transactions are begun and ended on
    the driver's connection, which costs a tenth."""

    def __init__(self, address: sa.URL, *, pragmas: Sequence[str]) -> None:
        self.engine = sa.create_engine(
            address.set(drivername="sqlite"),
            poolclass=sa.NullPool,
            connect_args={
                "factory": _Connection,
                "timeout": MOMENT_SECONDS,
                "check_same_thread": False,  # one at a time uses it, but not always the same
                "isolation_level": None,  # else sqlite3 opens transactions by itself
            },
        )
        event.listen(self.engine, "connect", _prepare(pragmas))
        self.statements = Statements(self.engine.dialect)

    def open(self) -> Connection:
        return Connection(self.engine.connect(), self.statements)


class Readers:
    """Up to `size` connections; who asks for one more waits, in order."""

    def __init__(self, file: File, *, size: int) -> None:
        self.file = file
        self._free: list[Connection] = []
        self._slots = asyncio.Semaphore(size)
        self._closed = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """One state of the file. Raises SQLAlchemy's TimeoutError, sqlite3.Error."""
        lent = await self._take()
        try:
            lent.tell("BEGIN")
            yield lent.session
            lent.tell("COMMIT")
        finally:
            self._give_back(lent)

    async def close(self) -> None:
        """Those that are in use are closed when they are given back."""
        self._closed = True
        while self._free:
            await in_thread(self._free.pop().close)

    async def _take(self) -> Connection:
        try:
            async with asyncio.timeout(TURN_SECONDS if self._slots.locked() else None):
                await self._slots.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError("no connection came free") from error
        try:
            while not self._free:
                await in_thread(self._open)
        except BaseException:
            self._slots.release()
            raise
        return self._free.pop()

    def _open(self) -> None:
        """Into the list, where it is found also when who asked for it is cancelled meanwhile."""
        self._free.append(self.file.open())

    def _give_back(self, lent: Connection) -> None:
        try:
            lent.roll_back()
        finally:
            if self._closed:
                lent.close()
            else:
                self._free.append(lent)
            self._slots.release()


class _Cursor(sqlite3.Cursor):
    """Holds its rows, so that they outlast the transaction as those of every other driver do."""

    _rows: deque[Any]

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "_Cursor":
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


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


def _prepare(pragmas: Sequence[str]) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _driver_of(connection: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


async def in_thread(call: Callable[[], _T]) -> _T:
    """A cancelled caller waits too: nobody else may have the connection while the thread uses it."""
    return await to_the_end(asyncio.get_running_loop().run_in_executor(threads, call))
