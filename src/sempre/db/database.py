"""Connections and transactions. Blocks are short: nothing outside is awaited while one is open.

SQLite has one writer: writing goes through one connection, so writers queue here in order instead
of spinning on a locked file; reading has connections of its own and is never held up (WAL).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sempre import clock
from sempre.db import embedded, freezing
from sempre.db.disposal import dispose_async
from sempre.db.embedded import File, Readers
from sempre.db.pinging import ping_with_reason
from sempre.db.writer import Writer
from sempre.errors import ConflictError, UnavailableError
from sempre.loading import ONE_AT_A_TIME
from sempre.telemetry import metrics

Session = AsyncConnection
# What a statement gave, by the names of its columns; which these are, only the statement knows.
Row: TypeAlias = Any

_SECONDS = {kind: metrics.DATABASE.labels(kind) for kind in ("read", "write", "scan")}

_LOOK_AGAIN = 0.01  # seconds
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a committed turn survives a power cut
    "foreign_keys=ON",
)


class StoreUnavailableError(UnavailableError):
    """The database does not take it now: locked, full, or away."""

    code = "store_unavailable"


class StoreConflictError(ConflictError):
    """Something that must be there once is there already: another process was faster."""

    code = "store_conflict"


class Database:
    """One database. `url` is `sqlite:///path` or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_postgres = url.startswith("postgresql")
        self._preparing = asyncio.Lock()
        if self.is_postgres:
            self._writer = self._reader = engine = _postgres(url)
            # What reads in several statements sees one state, as on SQLite. It shares the pool.
            self._scanner: AsyncEngine | None = engine.execution_options(
                isolation_level="REPEATABLE READ"
            )
        else:
            file = File(sa.make_url(url), pragmas=_SQLITE_PRAGMAS)
            self._writer = Writer(file)
            self._reader = Readers(file, size=4)
            self._scanner = None

    @property
    def path(self) -> Path | None:
        """The file of an embedded database."""
        return None if self.is_postgres else Path(self.url.removeprefix("sqlite:///"))

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator[Session]:
        """Write. Commits when the block ends well, else rolls back. What is not `lasting` may be gone after a power cut
        on SQLite (never after a crash), until the next that is: for what is made anew then. Raises StoreUnavailableError."""
        writer = self._writer
        block = writer.begin(lasting=lasting) if isinstance(writer, Writer) else writer.begin()
        async with _connection(block, "write") as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Read a consistent state; never waits for a writer. Raises StoreUnavailableError."""
        async with _connection(self._reader.begin(), "read") as session:
            yield session

    @asynccontextmanager
    async def scanning(self) -> AsyncIterator[Session]:
        """Read what may take more than a moment (sums, exports, searches): the event loop goes on meanwhile.
        Raises StoreUnavailableError."""
        scanner = self._scanner or await self.prepare_scans()
        async with _connection(scanner.begin(), "scan") as session:
            yield session

    async def prepare_scans(self) -> AsyncEngine:
        """What the first scan needs, which takes a moment to import; it needs not be called before."""
        async with self._preparing:
            if self._scanner is None:
                # In the loop, though it takes a tenth of a second: while another thread is half way through importing
                # the ORM, every statement that compares with an enum breaks.
                while not ONE_AT_A_TIME.acquire(blocking=False):  # noqa: ASYNC110  (a lock of threads)
                    await asyncio.sleep(_LOOK_AGAIN)
                try:
                    self._scanner = _sqlite_in_threads(self.url, size=2)
                finally:
                    ONE_AT_A_TIME.release()
        return self._scanner

    async def close(self) -> None:
        for each in (self._writer, self._reader):
            await (each.close() if isinstance(each, Readers | Writer) else dispose_async(each))
        if self._scanner is not None and not self.is_postgres:
            await dispose_async(self._scanner)


@asynccontextmanager
async def _connection(
    block: AbstractAsyncContextManager[AsyncConnection | embedded.Session], kind: str
) -> AsyncIterator[Session]:
    begun = clock.ticks()
    try:
        async with block as session:
            # Stores ask of it what both have.
            yield cast("Session", session)
        _SECONDS[kind].observe(clock.ticks() - begun)
    except IntegrityError as error:
        raise StoreConflictError(
            "Another process wrote the same at the same moment; nothing was changed here. Look again."
        ) from error
    except (OperationalError, InterfaceError) as error:
        raise _not_taken(kind, error.orig) from error
    except InternalError as error:
        if not error.connection_invalidated:  # else Postgres ended it, since it stood still
            raise
        raise _not_taken(kind, error.orig) from error
    except sqlite3.OperationalError as error:  # at the beginning or the end of an embedded one
        raise _not_taken(kind, error) from error
    except PoolTimeoutError as error:
        metrics.DATABASE_FAILURES.labels(kind).inc()
        raise StoreUnavailableError(
            "The database is busy: no connection came free in time; nothing was changed. Try again in a moment.",
            retry_after=5,
        ) from error


def _not_taken(kind: str, reason: BaseException | None) -> StoreUnavailableError:
    metrics.DATABASE_FAILURES.labels(kind).inc()
    return StoreUnavailableError(
        f"The database did not take it: {reason}. "
        "Check the disk's free space and that the database answers; nothing was changed.",
        retry_after=1,
    )


def _postgres(url: str) -> AsyncEngine:
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = create_async_engine(
        address, pool_size=10, max_overflow=10, connect_args=freezing.bounded(address)
    )
    ping_with_reason(engine.sync_engine)
    return engine


def _sqlite_in_threads(url: str, *, size: int) -> AsyncEngine:
    address = sa.make_url(url).set(drivername="sqlite+aiosqlite")
    engine = create_async_engine(address, pool_size=size, max_overflow=0, pool_timeout=60)

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else sqlite3 opens transactions by itself
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
