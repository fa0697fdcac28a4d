"""Switches over everything. A row is there while its switch is on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.conversations.hold import Suspended
from sempre.db import Session
from sempre.db.tables import switches

_SUSPENDED = "suspended"


async def suspend(session: Session, *, by: str, reason: str | None, now: datetime) -> bool:
    """False when it was suspended before; that stays as it is."""
    dialect = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    statement = (
        dialect(switches)
        .values(name=_SUSPENDED, by=by, reason=reason, since=now)
        .on_conflict_do_nothing(index_elements=[switches.c.name])
        .returning(switches.c.name)
    )
    return await session.scalar(statement) is not None


async def suspended(session: Session) -> Suspended | None:
    statement = sa.select(switches).where(switches.c.name == _SUSPENDED)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Suspended(by=row.by, reason=row.reason, since=row.since)


async def go_on(session: Session) -> bool:
    """Whether it was suspended."""
    result = await session.execute(switches.delete().where(switches.c.name == _SUSPENDED))
    return result.rowcount == 1
