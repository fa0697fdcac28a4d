"""Connections and transactions. Blocks are short: nothing outside is awaited while one is open.

SQLite has one writer: writing goes through a pool of one connection, so writers queue here in order instead
of spinning on a locked file; reading has connections of its own and is never held up (WAL).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sempre import clock
from sempre.db import embedded
from sempre.db.disposal import dispose_async
from sempre.db.pinging import ping_with_reason
from sempre.errors import ConflictError, UnavailableError
from sempre.telemetry import metrics

Session = AsyncConnection

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
        if self.is_postgres:
            self._writer = self._reader = _postgres(url)
            # What reads in several statements sees one state, as on SQLite. It shares the pool.
            self._scanner = self._writer.execution_options(isolation_level="REPEATABLE READ")
        else:
            self._writer = _sqlite(url, embedded.DRIVER, _begin_writing, size=1)
            self._reader = _sqlite(url, embedded.DRIVER, _begin_reading, size=4)
            self._scanner = _sqlite(url, "sqlite+aiosqlite", _begin, size=2)

    @property
    def path(self) -> Path | None:
        """The file of an embedded database."""
        return None if self.is_postgres else Path(self.url.removeprefix("sqlite:///"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Write. Commits when the block ends well, else rolls back. Raises StoreUnavailableError."""
        async with _connection(self._writer, "write") as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Read a consistent state; never waits for a writer. Raises StoreUnavailableError."""
        async with _connection(self._reader, "read") as session:
            yield session

    @asynccontextmanager
    async def scanning(self) -> AsyncIterator[Session]:
        """Read what may take more than a moment (sums, exports, searches): the event loop goes on meanwhile.
        Raises StoreUnavailableError."""
        async with _connection(self._scanner, "scan") as session:
            yield session

    async def close(self) -> None:
        await dispose_async(self._writer)
        if not self.is_postgres:
            await dispose_async(self._reader)
            await dispose_async(self._scanner)


@asynccontextmanager
async def _connection(engine: AsyncEngine, kind: str) -> AsyncIterator[Session]:
    begun = clock.ticks()
    try:
        async with engine.begin() as session:
            yield session
        metrics.DATABASE.labels(kind).observe(clock.ticks() - begun)
    except IntegrityError as error:
        raise StoreConflictError(
            "Another process wrote the same at the same moment; nothing was changed here. Look again."
        ) from error
    except DBAPIError as error:
        if isinstance(error, OperationalError | InterfaceError):
            metrics.DATABASE_FAILURES.labels(kind).inc()
            raise StoreUnavailableError(
                f"The database did not take it: {error.orig}. "
                "Check the disk's free space and that the database answers; nothing was changed.",
                retry_after=1,
            ) from error
        raise
    except PoolTimeoutError as error:
        metrics.DATABASE_FAILURES.labels(kind).inc()
        raise StoreUnavailableError(
            "The database is busy: no connection came free in time; nothing was changed. Try again in a moment.",
            retry_after=5,
        ) from error


def _postgres(url: str) -> AsyncEngine:
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = create_async_engine(address, pool_size=10, max_overflow=10)
    ping_with_reason(engine.sync_engine)
    return engine


def _sqlite(
    url: str, driver: str, begin: Callable[[sa.Connection], None], *, size: int
) -> AsyncEngine:
    address = sa.make_url(url).set(drivername=driver)
    engine = create_async_engine(address, pool_size=size, max_overflow=0, pool_timeout=60)

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else sqlite3 opens transactions by itself
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_reading(connection: sa.Connection) -> None:
    _embedded(connection).begin_reading()


def _begin_writing(connection: sa.Connection) -> None:
    _embedded(connection).begin_writing()


def _embedded(connection: sa.Connection) -> embedded.Connection:
    return cast("embedded.Connection", connection.connection.dbapi_connection)
