"""The packed log of turns that have ended: up to some hundred events in one sealed value, a fraction of their rows."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from sempre import ids
from sempre.crypto import Keyring
from sempre.db import Session
from sempre.db.sealed import place
from sempre.db.tables import event_packs, events
from sempre.events._store import rows
from sempre.events.event import Event

SIZE = 500  # events in one pack


async def pack(session: Session, keyring: Keyring, turn_id: str) -> int:
    """Put the first of a turn's events that are still rows into a pack; gives how many, 0 when none is left."""
    found = await rows.of_turn(session, keyring, turn_id, after=0, limit=SIZE)
    if not found:
        return 0
    pack_id = ids.new_id()
    body = msgspec.json.encode(found).decode()
    await session.execute(
        event_packs.insert().values(
            id=pack_id,
            turn_id=turn_id,
            channel=found[0].channel,
            first_seq=found[0].seq,
            last_seq=found[-1].seq,
            first_id=min(each.id for each in found),
            last_id=max(each.id for each in found),
            last_at=max(each.at for each in found),
            body=keyring.seal(body, place(event_packs.c.body, pack_id)),
        )
    )
    await session.execute(events.delete().where(events.c.id.in_([each.id for each in found])))
    return len(found)


async def overlapping(
    session: Session, cursor: int, *, channel: str | None, turn_id: str | None, limit: int
) -> Sequence[tuple[str, int]]:
    """(id, first event) of packs with events after the cursor, by their first event."""
    statement = (
        sa.select(event_packs.c.id, event_packs.c.first_id)
        .where(event_packs.c.last_id > cursor)
        .order_by(event_packs.c.first_id)
        .limit(limit)
    )
    if channel is not None:
        statement = statement.where(event_packs.c.channel == channel)
    if turn_id is not None:
        statement = statement.where(event_packs.c.turn_id == turn_id)
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def opened(session: Session, keyring: Keyring, pack_ids: Sequence[str]) -> list[Event]:
    """All events of these packs, in no order."""
    if not pack_ids:
        return []
    statement = sa.select(event_packs.c.id, event_packs.c.body).where(
        event_packs.c.id.in_(list(pack_ids))
    )
    return [
        event
        for pack_id, body in await session.execute(statement)
        for event in _events(keyring, pack_id, body)
    ]


async def of_turn(session: Session, turn_id: str, after: int, limit: int) -> Sequence[str]:
    """The packs of a turn that hold its events after that place, in their order."""
    first = (
        sa.select(sa.func.max(event_packs.c.first_seq))
        .where(event_packs.c.turn_id == turn_id, event_packs.c.first_seq <= after + 1)
        .scalar_subquery()
    )
    statement = (
        sa.select(event_packs.c.id)
        .where(
            event_packs.c.turn_id == turn_id,
            event_packs.c.first_seq >= sa.func.coalesce(first, 0),
            event_packs.c.last_seq > after,
        )
        .order_by(event_packs.c.first_seq)
        .limit(limit)
    )
    return list((await session.execute(statement)).scalars())


async def old(
    session: Session, before: datetime, after: str, limit: int
) -> Sequence[tuple[str, str]]:
    """(id, turn) of packs whose last event is older than that, by id."""
    statement = (
        sa.select(event_packs.c.id, event_packs.c.turn_id)
        .where(event_packs.c.last_at < before, event_packs.c.id > after)
        .order_by(event_packs.c.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def delete(session: Session, pack_ids: Sequence[str]) -> None:
    await session.execute(event_packs.delete().where(event_packs.c.id.in_(list(pack_ids))))


def _events(keyring: Keyring, pack_id: str, body: bytes) -> list[Event]:
    text = keyring.open(body, place(event_packs.c.body, pack_id))
    return msgspec.json.decode(text, type=list[Event])
