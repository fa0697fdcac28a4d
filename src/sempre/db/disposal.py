"""Lets go of an engine's connections, also of those that are in use just then or are asked for afterwards: each is
closed when it is given back. SQLAlchemy would leave them to the garbage collector."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry


def dispose(engine: sa.Engine) -> None:
    _close_what_comes_back(engine)
    engine.dispose()


async def dispose_async(engine: AsyncEngine) -> None:
    _close_what_comes_back(engine.sync_engine)
    await engine.dispose()


def _close_what_comes_back(engine: sa.Engine) -> None:
    """Holds for this pool and for the one that takes its place."""
    if not event.contains(engine.pool, "checkin", _close):
        event.listen(engine.pool, "checkin", _close)


def _close(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.close()
