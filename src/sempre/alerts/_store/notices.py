"""Notices on their way to the webhook. Whoever claims one is the only one to send it for the length of the lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.alerts.alert import Notice, What
from sempre.db import Row, Session
from sempre.db.tables import alert_notices

_WAITING, _DELIVERED, _DEAD = "waiting", "delivered", "dead"


async def insert(
    session: Session,
    notice_id: str,
    what: What,
    body: str,
    now: datetime,
    *,
    alert_id: str | None = None,
) -> None:
    await session.execute(
        alert_notices.insert().values(
            id=notice_id,
            alert_id=alert_id,
            what=what.value,
            body=body,
            state=_WAITING,
            attempts=0,
            next_at=now,
            created_at=now,
        )
    )


async def exists(session: Session, alert_id: str, what: What) -> bool:
    statement = sa.select(alert_notices.c.id).where(
        alert_notices.c.alert_id == alert_id, alert_notices.c.what == what.value
    )
    return await session.scalar(statement) is not None


async def due(session: Session, now: datetime, limit: int) -> Sequence[Notice]:
    """Those whose time has come, oldest first; of one alert only the first that waits."""
    earlier = alert_notices.alias()
    blocked = sa.exists().where(
        earlier.c.alert_id == alert_notices.c.alert_id,
        earlier.c.state == _WAITING,
        earlier.c.id < alert_notices.c.id,
    )
    statement = (
        sa.select(alert_notices)
        .where(alert_notices.c.state == _WAITING, alert_notices.c.next_at <= now, ~blocked)
        .order_by(alert_notices.c.id)
        .limit(limit)
    )
    return [_notice(row) for row in await session.execute(statement)]


async def next_due(session: Session) -> datetime | None:
    statement = sa.select(
        sa.func.min(alert_notices.c.next_at, type_=alert_notices.c.next_at.type)
    ).where(alert_notices.c.state == _WAITING)
    return await session.scalar(statement)


async def claim(session: Session, notice: Notice, until: datetime) -> bool:
    """Whether it is ours until then. It counts as an attempt, whatever becomes of us."""
    result = await session.execute(
        alert_notices.update()
        .where(
            alert_notices.c.id == notice.id,
            alert_notices.c.state == _WAITING,
            alert_notices.c.next_at == notice.next_at,
        )
        .values(next_at=until, attempts=alert_notices.c.attempts + 1)
    )
    return result.rowcount == 1


async def delivered(session: Session, notice_id: str, now: datetime) -> None:
    await _update(session, notice_id, {"state": _DELIVERED, "delivered_at": now, "error": None})


async def again(session: Session, notice_id: str, at: datetime, error: str) -> None:
    await _update(session, notice_id, {"next_at": at, "error": error})


async def dead(session: Session, notice_id: str, error: str) -> None:
    await _update(session, notice_id, {"state": _DEAD, "error": error})


async def by_state(session: Session) -> Mapping[str, int]:
    statement = sa.select(alert_notices.c.state, sa.func.count()).group_by(alert_notices.c.state)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def last_error(session: Session) -> str | None:
    """Of the newest notice that did not get through, if no later one did."""
    statement = (
        sa.select(alert_notices.c.error)
        .where(alert_notices.c.attempts > 0)
        .order_by(alert_notices.c.id.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def _update(session: Session, notice_id: str, values: Mapping[str, object]) -> None:
    await session.execute(
        alert_notices.update().where(alert_notices.c.id == notice_id).values(dict(values))
    )


def _notice(row: Row) -> Notice:
    return Notice(
        id=row.id,
        alert_id=row.alert_id,
        what=What(row.what),
        body=row.body,
        attempts=row.attempts,
        next_at=row.next_at,
    )
