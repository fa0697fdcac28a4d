"""Opens the engine's database: a SQLite file of its own, or a schema on Postgres."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from sempre import atomic
from sempre.db import freezing
from sempre.db.pinging import ping_with_reason
from sempre.errors import UnavailableError

Store = sa.Engine

# dbos switches none of them on, and skips its own pragmas for an engine that it is given. NORMAL: a power cut may take
# the last commits away, never one of the middle, and no crash of ours takes any; see `sync`.
_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL")
_DISK = (
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "readonly database",
)


def open_store(url: str, *, connections: int, dead_after: float = math.inf) -> sa.Engine:
    """An engine for dbos or for our own statements; connects when it is first used. Who is declared dead after so many
    seconds has lost its locks by then, or loses them soon."""
    if url.startswith("sqlite"):
        return _open_sqlite(url, connections)
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    seconds = min(max(dead_after, freezing.SHORTEST_SECONDS), freezing.LONGEST_SECONDS)
    store = sa.create_engine(
        address,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"connect_timeout": 10, **freezing.bounded(address, seconds)},
    )
    ping_with_reason(store)
    return store


def _open_sqlite(url: str, connections: int) -> sa.Engine:
    store = sa.create_engine(
        sa.make_url(url).set(drivername="sqlite"), pool_size=connections, max_overflow=0
    )

    def prepare(connection: Any, _record: object) -> None:
        # A deferred transaction that turns into a writer fails at once when another one writes.
        connection.isolation_level = "IMMEDIATE"
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(store, "connect", prepare)
    event.listen(store, "handle_error", _wait_for_the_disk, retval=True)
    return store


def sync(store: Store) -> None:
    """Make what was committed before last through a power cut, too. For what stands nowhere else: that something was
    signalled, cancelled or queued again. Whatever else may go with the last commits is found again at the next start:
    the application's rows say what there is to do, and each step looks at them first."""
    if store.dialect.name == "sqlite" and store.url.database:
        # Without one all of it is in the file itself, and was synced on its way there.
        with suppress(FileNotFoundError):
            atomic.sync(Path(f"{store.url.database}-wal"))


def _wait_for_the_disk(context: ExceptionContext) -> BaseException | None:
    """dbos tries a locked SQLite again until it succeeds, but takes a full disk for the workflow's own failure and
    records that for ever. So a disk that does not take it now is told to it as a lock."""
    error = context.original_exception
    said = str(error)
    if not isinstance(error, sqlite3.OperationalError) or not any(sign in said for sign in _DISK):
        return None
    locked = sqlite3.OperationalError(f"database is locked: {said}")
    return OperationalError(context.statement, None, locked)


def stop_waiting(store: Store) -> None:
    """From now on a disk that does not take it is an error: what tries for ever would keep the process alive."""
    if event.contains(store, "handle_error", _wait_for_the_disk):
        event.remove(store, "handle_error", _wait_for_the_disk)


@contextmanager
def reachable() -> Iterator[None]:
    """Say a database's failure in our own words. Raises UnavailableError."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise UnavailableError(
            f"The engine's database does not answer ({type(error).__name__}); check that it runs "
            "and that its disk has space. What was accepted is kept and is tried again.",
            retry_after=1.0,
            code="engine_unavailable",
        ) from error
