"""Rows and marks of the trail. Whoever appends holds the head's row until the commit: one chain, whoever writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.audit.chain import NOTHING, Head, SigningKey, sign_mark, sign_row
from sempre.audit.entry import Draft, Wanted
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import audit, audit_marks

HEAD, CHECKPOINT = "head", "checkpoint"


# Built once: each turn leaves a row.
_INSERT = audit.insert()
_MARK = sa.select(audit_marks).where(audit_marks.c.name == sa.bindparam("mark"))
_HOLD = _MARK.with_for_update()
_PUT_IF_MISSING = {
    name: dialect.insert(audit_marks).on_conflict_do_nothing()
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_PUT = {
    name: (insert := dialect.insert(audit_marks)).on_conflict_do_update(
        index_elements=[audit_marks.c.name],
        set_={each: insert.excluded[each] for each in ("sequence", "mac", "key_id", "signature")},
    )
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


async def hold_head(session: Session, key: SigningKey) -> Head:
    """Where the chain ends; nobody else can append until this transaction ends."""
    first = {"name": HEAD, **_mark(key, HEAD, NOTHING)}
    await session.execute(_PUT_IF_MISSING[session.dialect.name], first)
    row = (await session.execute(_HOLD, {"mark": HEAD})).one()
    return Head(row.sequence, row.mac)


async def append(
    session: Session, keyring: Keyring, key: SigningKey, head: Head, drafts: Sequence[Draft]
) -> Head:
    """Chain these to the head, which must be held; gives the new one."""
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        sequence = head.sequence + 1
        mac = sign_row(key, sequence, head.mac, draft)
        where = place(audit.c.details, sequence)
        rows.append(
            {
                "sequence": sequence,
                "at": draft.at,
                "what": draft.what,
                "by": draft.by,
                "channel": draft.channel,
                "turn_id": draft.turn_id,
                "details": keyring.seal(draft.details, where),
                "key_id": key.id,
                "previous": head.mac,
                "mac": mac,
            }
        )
        head = Head(sequence, mac)
    await session.execute(_INSERT, rows)
    await put_mark(session, key, HEAD, head)
    return head


async def put_mark(session: Session, key: SigningKey, name: str, head: Head) -> None:
    await session.execute(_PUT[session.dialect.name], {"name": name, **_mark(key, name, head)})


async def mark(session: Session, name: str) -> Row | None:
    """The row of a mark, with sequence, mac, key_id and signature."""
    return (await session.execute(_MARK, {"mark": name})).one_or_none()


async def before(session: Session, wanted: Wanted, cursor: int | None, limit: int) -> Sequence[Row]:
    """Newest first."""
    statement = _of(wanted).order_by(audit.c.sequence.desc()).limit(limit)
    if cursor is not None:
        statement = statement.where(audit.c.sequence < cursor)
    return (await session.execute(statement)).all()


async def after(session: Session, wanted: Wanted, cursor: int, limit: int) -> Sequence[Row]:
    """Oldest first."""
    statement = _of(wanted).where(audit.c.sequence > cursor)
    return (await session.execute(statement.order_by(audit.c.sequence).limit(limit))).all()


async def last_before(session: Session, moment: datetime) -> Head | None:
    """The last row of the unbroken beginning that is older than `moment`: a row written after a clock's jump back
    must not take younger ones with it."""
    younger = sa.select(sa.func.min(audit.c.sequence)).where(audit.c.at >= moment).scalar_subquery()
    statement = (
        sa.select(audit.c.sequence, audit.c.mac)
        .where(sa.or_(younger.is_(None), audit.c.sequence < younger))
        .order_by(audit.c.sequence.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Head(row.sequence, row.mac)


async def delete_through(session: Session, sequence: int) -> int:
    result = await session.execute(audit.delete().where(audit.c.sequence <= sequence))
    return result.rowcount


def _of(wanted: Wanted) -> "sa.Select[Any]":
    statement = sa.select(audit)
    if wanted.what is not None and wanted.what.endswith("."):
        statement = statement.where(audit.c.what.startswith(wanted.what, autoescape=True))
    elif wanted.what is not None:
        statement = statement.where(audit.c.what == wanted.what)
    for column, value in (
        (audit.c.by, wanted.by),
        (audit.c.channel, wanted.channel),
        (audit.c.turn_id, wanted.turn_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


def _mark(key: SigningKey, name: str, head: Head) -> dict[str, Any]:
    return {
        "sequence": head.sequence,
        "mac": head.mac,
        "key_id": key.id,
        "signature": sign_mark(key, name, head),
    }
