"""Events, one a row. Bodies are sealed under the event's id."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import counters, events
from sempre.events.event import Draft, Event

_COUNTER = "events"

# Built once: these stand in the way of every batch.
_RESERVE = {
    name: dialect.insert(counters)
    .values(name=_COUNTER, value=sa.bindparam("count"))
    .on_conflict_do_update(
        index_elements=[counters.c.name],
        set_={"value": counters.c.value + sa.bindparam("count")},
    )
    .returning(counters.c.value)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_INSERT = events.insert()
_OF_TURN = (
    sa.select(events)
    .where(events.c.turn_id == sa.bindparam("turn"), events.c.seq > sa.bindparam("after"))
    .order_by(events.c.seq)
    .limit(sa.bindparam("limit"))
)


async def reserve(session: Session, count: int) -> int:
    """Take `count` ids; gives the first. The counter's row is locked until the commit, so ids are committed
    in order and a reader's cursor never passes over one that appears later."""
    statement = _RESERVE[session.dialect.name]
    last: int = (await session.execute(statement, {"count": count})).scalar_one()
    return last - count + 1


async def insert(session: Session, rows: Sequence[Event], keyring: Keyring) -> None:
    await session.execute(
        _INSERT,
        [
            {
                "id": row.id,
                "at": row.at,
                "kind": row.kind,
                "channel": row.channel,
                "turn_id": row.turn_id,
                "seq": row.seq,
                "details": keyring.seal(
                    msgspec.json.encode(row.details).decode(), place(events.c.details, row.id)
                ),
            }
            for row in rows
        ],
    )


async def last_id(session: Session) -> int:
    statement = sa.select(counters.c.value).where(counters.c.name == _COUNTER)
    return (await session.execute(statement)).scalar() or 0


async def after(
    session: Session,
    keyring: Keyring,
    cursor: int,
    *,
    limit: int,
    channel: str | None = None,
    turn_id: str | None = None,
) -> list[Event]:
    """Events with a larger id, oldest first."""
    statement = sa.select(events).where(events.c.id > cursor).order_by(events.c.id).limit(limit)
    if channel is not None:
        statement = statement.where(events.c.channel == channel)
    if turn_id is not None:
        statement = statement.where(events.c.turn_id == turn_id)
    return [_event(row, keyring) for row in await session.execute(statement)]


async def of_turn(
    session: Session, keyring: Keyring, turn_id: str, *, after: int, limit: int
) -> list[Event]:
    """Events of one turn with a larger seq, by the index on (turn, seq): constant time however long it is."""
    values = {"turn": turn_id, "after": after, "limit": limit}
    return [_event(row, keyring) for row in await session.execute(_OF_TURN, values)]


async def old(
    session: Session, before: datetime, after: tuple[datetime, int] | None, limit: int
) -> list[tuple[datetime, int, str | None]]:
    """(at, id, turn) of events older than that, oldest first, after the last one of the page before."""
    statement = (
        sa.select(events.c.at, events.c.id, events.c.turn_id)
        .where(events.c.at < before)
        .order_by(events.c.at, events.c.id)
        .limit(limit)
    )
    if after is not None:
        at, event_id = after
        statement = statement.where(
            sa.or_(events.c.at > at, sa.and_(events.c.at == at, events.c.id > event_id))
        )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def delete(session: Session, ids: Sequence[int]) -> int:
    result = await session.execute(events.delete().where(events.c.id.in_(list(ids))))
    return result.rowcount


def _event(row: Row, keyring: Keyring) -> Event:
    event_id, at, kind, channel, turn_id, seq, details = row
    text = keyring.open_encoded(details, place(events.c.details, event_id))
    return Event(event_id, at, kind, channel, turn_id, seq, msgspec.json.decode(text))


def numbered(drafts: Sequence[Draft], first: int, seqs: dict[str, int]) -> list[Event]:
    """Give each draft its id, and its place within its turn; `seqs` holds the last one of each turn."""
    numbered_events: list[Event] = []
    for at, draft in enumerate(drafts):
        seq = None
        if draft.turn_id is not None:
            seq = seqs[draft.turn_id] = seqs[draft.turn_id] + 1
        numbered_events.append(
            Event(
                first + at, draft.at, draft.kind, draft.channel, draft.turn_id, seq, draft.details
            )
        )
    return numbered_events
