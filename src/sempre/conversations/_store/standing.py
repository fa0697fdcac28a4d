"""How things stand over all channels: what waits and why, how attempts ended. Figures only, nothing is opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.contract.messages import TurnState
from sempre.db import Session
from sempre.db.tables import attempts, channels, turns

Waiting = Mapping[str, tuple[int, datetime | None]]
_WAITS = (TurnState.QUEUED, TurnState.WAITING, TurnState.PARKED)


async def in_state(session: Session, state: TurnState) -> Waiting:
    """By channel: how many are in that state, and since when the first came in."""
    statement = (
        sa.select(
            turns.c.channel,
            sa.func.count(),
            sa.func.min(turns.c.received_at, type_=turns.c.received_at.type),
        )
        .where(turns.c.state == state)
        .group_by(turns.c.channel)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(statement)}


async def waits(session: Session) -> Mapping[tuple[TurnState, str | None], int]:
    """How many turns wait, by state and the kind of what they wait for."""
    statement = (
        sa.select(turns.c.state, turns.c.failure_kind, sa.func.count())
        .where(turns.c.state.in_(_WAITS))
        .group_by(turns.c.state, turns.c.failure_kind)
    )
    return {(TurnState(row[0]), row[1]): row[2] for row in await session.execute(statement)}


async def endings(session: Session, since: datetime) -> Mapping[str, int]:
    """How attempts that began since then ended, by ending."""
    statement = (
        sa.select(attempts.c.state, sa.func.count())
        .where(attempts.c.started_at >= since)
        .group_by(attempts.c.state)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def stopped(session: Session, kind: str) -> Sequence[str]:
    """Channels that stopped for that reason."""
    statement = (
        sa.select(channels.c.id)
        .where(channels.c.state == "stopped", channels.c.state_kind == kind)
        .order_by(channels.c.id)
    )
    return list((await session.execute(statement)).scalars())


async def ended_ids(session: Session, turn_ids: Sequence[str], before: datetime) -> Sequence[str]:
    """Of these turns those that were given out before then."""
    statement = sa.select(turns.c.id).where(
        turns.c.id.in_(list(turn_ids)),
        turns.c.published_at.is_not(None),
        turns.c.published_at < before,
    )
    return list((await session.execute(statement)).scalars())


async def existing_ids(session: Session, turn_ids: Sequence[str]) -> Sequence[str]:
    """Of these turns those that are there at all."""
    statement = sa.select(turns.c.id).where(turns.c.id.in_(list(turn_ids)))
    return list((await session.execute(statement)).scalars())
