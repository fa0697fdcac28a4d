"""Channels: their numbers, their state, their session."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.conversations.hold import Pause
from sempre.conversations.turn import ChannelRow
from sempre.db import Row, Session
from sempre.db.tables import channels
from sempre.errors import NotFoundError

# Built once: these stand in the way of every turn.
_GET = sa.select(channels).where(channels.c.id == sa.bindparam("channel"))
_HOLD = sa.select(channels.c.id).where(channels.c.id == sa.bindparam("channel")).with_for_update()
_TAKE_PLACES = (
    channels.update()
    .where(channels.c.id == sa.bindparam("channel"))
    .values(
        next_seq=channels.c.next_seq + sa.bindparam("count"),
        next_number=channels.c.next_number + sa.bindparam("count"),
    )
    .returning(channels.c.next_seq, channels.c.next_number)
)


async def insert(
    session: Session, channel: str, *, node: str | None, first_number: int, now: datetime
) -> bool:
    """Make it known; false when it was."""
    dialect = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    statement = (
        dialect(channels)
        .values(
            id=channel,
            node=node,
            state="open",
            next_seq=1,
            next_number=first_number,
            session_started=False,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[channels.c.id])
        .returning(channels.c.id)  # the number of rows is not reliable after an INSERT
    )
    return await session.scalar(statement) is not None


async def hold(session: Session, channel: str) -> None:
    """Let nobody else put messages on this channel until the transaction ends: what is known is read before it is
    written. On SQLite there is one writer anyway."""
    if session.dialect.name == "sqlite":
        return
    if await session.scalar(_HOLD, {"channel": channel}) is None:
        raise _unknown(channel)


async def holder(session: Session, session_id: str, *, besides: str) -> str | None:
    """Another channel that goes on with this session."""
    theirs = sa.select(channels.c.id).where(
        channels.c.session_id == session_id, channels.c.id != besides
    )
    return await session.scalar(theirs.limit(1))


async def take_places(session: Session, channel: str, count: int) -> tuple[int, int]:
    """Reserve `count` sequence numbers and answer numbers; gives the first of each."""
    taken = await session.execute(_TAKE_PLACES, {"channel": channel, "count": count})
    row = taken.one_or_none()
    if row is None:
        raise _unknown(channel)
    return row.next_seq - count, row.next_number - count


async def take_number(session: Session, channel: str) -> int:
    """Reserve one answer number, for a turn whose own is taken by something that is not ours."""
    statement = (
        channels.update()
        .where(channels.c.id == channel)
        .values(next_number=channels.c.next_number + 1)
        .returning(channels.c.next_number)
    )
    return (await session.execute(statement)).scalar_one() - 1


async def get(session: Session, channel: str) -> ChannelRow:
    row = (await session.execute(_GET, {"channel": channel})).one_or_none()
    if row is None:
        raise _unknown(channel)
    return _channel(row)


async def is_known(session: Session, channel: str) -> bool:
    return (await session.execute(_GET, {"channel": channel})).one_or_none() is not None


async def every(session: Session) -> Sequence[ChannelRow]:
    return [
        _channel(row) for row in await session.execute(sa.select(channels).order_by(channels.c.id))
    ]


async def set_state(
    session: Session,
    channel: str,
    state: str,
    *,
    kind: str | None = None,
    reason: str | None = None,
    until: datetime | None = None,
) -> bool:
    """Whether that changed anything."""
    result = await session.execute(
        channels.update()
        .where(
            channels.c.id == channel,
            sa.or_(
                channels.c.state != state,
                channels.c.state_kind.is_distinct_from(kind),
                channels.c.state_reason.is_distinct_from(reason),
                channels.c.state_until.is_distinct_from(until),
            ),
        )
        .values(state=state, state_kind=kind, state_reason=reason, state_until=until)
    )
    return result.rowcount == 1


async def set_pause(session: Session, channel: str, pause: Pause | None) -> None:
    await session.execute(
        channels.update()
        .where(channels.c.id == channel)
        .values(
            paused_at=pause.since if pause else None,
            paused_by=pause.by if pause else None,
            paused_reason=pause.reason if pause else None,
            paused_until=pause.until if pause else None,
        )
    )


async def end_pause(session: Session, channel: str, since: datetime) -> bool:
    """False when it is not paused since then: another pause stays."""
    nothing = dict.fromkeys(("paused_at", "paused_by", "paused_reason", "paused_until"))
    result = await session.execute(
        channels.update()
        .where(channels.c.id == channel, channels.c.paused_at == since)
        .values(nothing)
    )
    return result.rowcount == 1


def _unknown(channel: str) -> NotFoundError:
    return NotFoundError(
        f"There is no channel {channel}. `sempre status` lists those there are; a folder under "
        "`.queue/` makes a worker.",
        code="channel_not_found",
    )


def _pause(row: Row) -> Pause | None:
    if row.paused_at is None:
        return None
    return Pause(
        since=row.paused_at,
        by=row.paused_by,
        reason=row.paused_reason,
        until=row.paused_until,
    )


def _channel(row: Row) -> ChannelRow:
    return ChannelRow(
        id=row.id,
        node=row.node,
        state=row.state,
        state_kind=row.state_kind,
        state_reason=row.state_reason,
        state_until=row.state_until,
        session_id=row.session_id,
        session_started=row.session_started,
        session_since=row.session_since,
        session_parent=row.session_parent,
        pause=_pause(row),
        created_at=row.created_at,
    )
