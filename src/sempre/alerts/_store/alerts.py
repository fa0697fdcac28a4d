"""Alerts. One that lasts is there once: its key is unique."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.alerts.alert import Alert, Severity
from sempre.alerts.rules import Condition
from sempre.db import Row, Session
from sempre.db.tables import alerts
from sempre.errors import NotFoundError


def key_of(condition: Condition) -> str:
    return f"{condition.rule.value}/{condition.subject}"


async def lasting(session: Session, rules: Iterable[str]) -> Mapping[str, Alert]:
    """Those of these rules that have not ended, by their key."""
    statement = sa.select(alerts).where(
        alerts.c.open_key.is_not(None), alerts.c.rule.in_(list(rules))
    )
    return {row.open_key: _alert(row) for row in await session.execute(statement)}


async def insert(
    session: Session, alert_id: str, condition: Condition, now: datetime, notify_at: datetime
) -> bool:
    """False when another process was faster."""
    dialect = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    statement = (
        dialect(alerts)
        .values(
            id=alert_id,
            rule=condition.rule.value,
            subject=condition.subject,
            open_key=key_of(condition),
            severity=condition.severity.value,
            message=condition.message,
            remedy=condition.remedy,
            raised_at=now,
            notify_at=notify_at,
        )
        .on_conflict_do_nothing(index_elements=[alerts.c.open_key])
        .returning(alerts.c.id)
    )
    return await session.scalar(statement) is not None


async def end(session: Session, alert_id: str, now: datetime) -> bool:
    """False when another process was faster."""
    result = await session.execute(
        alerts.update()
        .where(alerts.c.id == alert_id, alerts.c.ended_at.is_(None))
        .values(ended_at=now, open_key=None)
    )
    return result.rowcount == 1


async def change(session: Session, alert_id: str, condition: Condition) -> None:
    await session.execute(
        alerts.update()
        .where(alerts.c.id == alert_id)
        .values(
            severity=condition.severity.value, message=condition.message, remedy=condition.remedy
        )
    )


async def mark_notified(session: Session, alert_id: str, now: datetime) -> bool:
    """False when another process was faster."""
    result = await session.execute(
        alerts.update()
        .where(alerts.c.id == alert_id, alerts.c.notified_at.is_(None))
        .values(notified_at=now)
    )
    return result.rowcount == 1


async def last_notified(session: Session, rule: str, subject: str) -> datetime | None:
    statement = sa.select(sa.func.max(alerts.c.notified_at, type_=alerts.c.notified_at.type)).where(
        alerts.c.rule == rule, alerts.c.subject == subject
    )
    return await session.scalar(statement)


async def acknowledge(session: Session, alert_id: str, by: str, now: datetime) -> bool:
    """False when it was before."""
    result = await session.execute(
        alerts.update()
        .where(alerts.c.id == alert_id, alerts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
    )
    return result.rowcount == 1


async def get(session: Session, alert_id: str) -> Alert:
    row = (await session.execute(sa.select(alerts).where(alerts.c.id == alert_id))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no alert {alert_id}. `sempre alerts` lists them.", code="alert_not_found"
        )
    return _alert(row)


async def page(
    session: Session, *, lasting_only: bool, before: str | None, limit: int
) -> Sequence[Alert]:
    """Newest first."""
    statement = sa.select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    if lasting_only:
        statement = statement.where(alerts.c.ended_at.is_(None))
    if before is not None:
        statement = statement.where(alerts.c.id < before)
    return [_alert(row) for row in await session.execute(statement)]


async def count(session: Session) -> Mapping[str, int]:
    """How many last, by rule."""
    statement = (
        sa.select(alerts.c.rule, sa.func.count())
        .where(alerts.c.ended_at.is_(None))
        .group_by(alerts.c.rule)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


def _alert(row: Row) -> Alert:
    return Alert(
        id=row.id,
        rule=row.rule,
        subject=row.subject,
        severity=Severity(row.severity),
        message=row.message,
        remedy=row.remedy,
        raised_at=row.raised_at,
        ended_at=row.ended_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        notify_at=row.notify_at,
        notified_at=row.notified_at,
    )
