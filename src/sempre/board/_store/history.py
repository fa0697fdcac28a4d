"""What happened to cards, sealed: details hold people's words."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.board.card import HistoryEntry
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import card_events as table


async def insert(
    session: Session,
    keyring: Keyring,
    entry_id: str,
    card_id: str,
    kind: str,
    details: Mapping[str, object],
    *,
    by: str,
    version: int,
    now: datetime,
) -> None:
    sealed = keyring.seal(json.dumps(dict(details)), place(table.c.details, entry_id))
    await session.execute(
        table.insert().values(
            id=entry_id,
            card_id=card_id,
            at=now,
            by=by,
            kind=kind,
            version=version,
            details=sealed,
        )
    )


async def of_card(
    session: Session, keyring: Keyring, card_id: str, *, before: str | None, limit: int
) -> Sequence[HistoryEntry]:
    """Newest first."""
    statement = (
        sa.select(table).where(table.c.card_id == card_id).order_by(table.c.id.desc()).limit(limit)
    )
    if before is not None:
        statement = statement.where(table.c.id < before)
    return [_entry(row, keyring) for row in await session.execute(statement)]


async def since(
    session: Session, keyring: Keyring, card_id: str, version: int
) -> Sequence[HistoryEntry]:
    """What made versions after this one, oldest first."""
    statement = (
        sa.select(table)
        .where(table.c.card_id == card_id, table.c.version > version)
        .order_by(table.c.id)
    )
    return [_entry(row, keyring) for row in await session.execute(statement)]


def _entry(row: Row, keyring: Keyring) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        card_id=row.card_id,
        at=row.at,
        by=row.by,
        kind=row.kind,
        version=row.version,
        details=json.loads(keyring.open(row.details, place(table.c.details, row.id))),
    )
