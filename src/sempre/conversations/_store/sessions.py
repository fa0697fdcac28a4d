"""The sessions of channels: the present one in the channel's row, all of them in a table."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.contract.agents import Session
from sempre.contract.messages import TurnState
from sempre.conversations.past_session import Origin, PastSession
from sempre.conversations.turn import ChannelRow
from sempre.db import Session as DbSession
from sempre.db.tables import channels, sessions, turns


async def put(
    session: DbSession,
    channel: str,
    to: Session,
    *,
    origin: Origin,
    by: str | None,
    now: datetime,
) -> None:
    """The channel goes on with this one."""
    since = sa.case(
        (
            channels.c.session_id.is_distinct_from(to.id),
            sa.literal(now, channels.c.session_since.type),
        ),
        else_=channels.c.session_since,
    )
    await session.execute(
        channels.update()
        .where(channels.c.id == channel)
        .values(
            session_id=to.id,
            session_started=to.started,
            session_since=since,
            session_parent=None if to.started else to.parent,
        )
    )
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    await session.execute(
        insert(sessions)
        .values(channel=channel, id=to.id, origin=origin, parent=to.parent, by=by, began_at=now)
        .on_conflict_do_nothing(index_elements=[sessions.c.channel, sessions.c.id])
    )


async def follow(
    session: DbSession, channel: str, asked: Session, to: Session, *, now: datetime
) -> None:
    """An attempt that was asked in one session says which one to go on with; not when a person chose another one
    meanwhile."""
    row = await session.execute(
        sa.select(channels.c.session_id).where(channels.c.id == channel).with_for_update()
    )
    if row.scalar_one_or_none() != asked.id:
        return
    if to.id != asked.id:
        await put(session, channel, to, origin="lost", by=None, now=now)
    elif to.started:
        statement = channels.update().where(channels.c.id == channel)
        await session.execute(statement.values(session_started=True, session_parent=None))


async def of_channel(session: DbSession, row: ChannelRow) -> Sequence[PastSession]:
    """Newest first; those from before the table was kept are known by their turns."""
    began = sa.func.min(turns.c.started_at, type_=turns.c.started_at.type)
    last = sa.func.max(turns.c.started_at, type_=turns.c.started_at.type)
    answered = sa.func.sum(sa.case((turns.c.state == TurnState.ANSWERED, 1), else_=0))
    asked = {
        each.session_id: each
        for each in await session.execute(
            sa.select(
                turns.c.session_id,
                began.label("began"),
                last.label("last"),
                answered.label("answered"),
            )
            .where(turns.c.channel == row.id, turns.c.session_id.is_not(None))
            .group_by(turns.c.session_id)
        )
    }
    noted = {
        each.id: each
        for each in await session.execute(sa.select(sessions).where(sessions.c.channel == row.id))
    }
    found = [
        PastSession(
            id=each,
            origin=noted[each].origin if each in noted else None,
            parent=noted[each].parent if each in noted else None,
            by=noted[each].by if each in noted else None,
            began_at=noted[each].began_at if each in noted else asked[each].began,
            last_turn_at=asked[each].last if each in asked else None,
            turns=int(asked[each].answered) if each in asked else 0,
            current=each == row.session_id,
        )
        for each in {*asked, *noted}
    ]
    return sorted(found, key=lambda each: (each.began_at, each.id), reverse=True)
