"""Asks a connection of the pool whether it still lives when there is reason to: it lay idle for a while, or something
came on it that nobody asked for, as its end. Asking each time, as `pool_pre_ping` does, is one more round trip for each
of a turn's transactions."""

import select
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from sempre import clock

_IDLE_SECONDS = 5.0
_LEFT = "left"


def ping_with_reason(engine: sa.Engine) -> None:
    """For psycopg."""
    dialect = engine.dialect

    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_LEFT] = clock.ticks()

    def ping(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        left = entry.info.get(_LEFT)
        if left is None:
            return
        try:
            idled = clock.ticks() - left > _IDLE_SECONDS
            alive = not (idled or _has_news(entry)) or dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise DisconnectionError  # the pool makes another

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ping)


def _has_news(entry: ConnectionPoolEntry) -> bool:
    driver: Any = entry.driver_connection
    number: int = driver.fileno()
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
