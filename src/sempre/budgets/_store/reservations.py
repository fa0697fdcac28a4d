"""What running turns have reserved, what a person released for a turn, and what is spent beside both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from sempre.budgets.amounts import Amount, Limit
from sempre.db import Session
from sempre.db.tables import ledger, releases, reservations

# Any number that is nobody else's: who reserves on Postgres does so one after the other, as on SQLite.
_LOCK = 0x5E3B_0D6E


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """`limit` counts from `since` on; `spent` is what of it was spent."""

    turn_id: str
    channel: str
    limit: Limit
    since: datetime
    spent: Amount


@dataclass(frozen=True, kw_only=True)
class Release:
    limit: Limit
    since: datetime


async def lock(session: Session) -> None:
    """Until the transaction ends nobody else reserves."""
    if session.dialect.name == "postgresql":
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


async def every(session: Session) -> Mapping[str, Reserved]:
    """By turn."""
    joined = reservations.outerjoin(
        ledger,
        sa.and_(
            ledger.c.turn_id == reservations.c.turn_id,
            ledger.c.started_at >= reservations.c.since,
        ),
    )
    statement = sa.select(reservations, *_SPENT).select_from(joined).group_by(*reservations.c)
    return {row.turn_id: _reserved(row) for row in await session.execute(statement)}


async def get(session: Session, turn_id: str) -> Reserved | None:
    statement = sa.select(reservations).where(reservations.c.turn_id == turn_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    spent = await spent_by_turn(session, turn_id, row.since)
    return Reserved(
        turn_id=turn_id,
        channel=row.channel,
        limit=Limit(micros=row.micros, tokens=row.tokens),
        since=row.since,
        spent=spent,
    )


async def put(
    session: Session,
    *,
    turn_id: str,
    channel: str,
    limit: Limit,
    since: datetime,
    process: str,
    now: datetime,
) -> None:
    await session.execute(reservations.delete().where(reservations.c.turn_id == turn_id))
    await session.execute(
        reservations.insert().values(
            turn_id=turn_id,
            channel=channel,
            micros=limit.micros,
            tokens=limit.tokens,
            since=since,
            process=process,
            made_at=now,
        )
    )


async def settle(session: Session, turn_id: str, process: str) -> bool:
    """What it spent stands in the ledger; the rest is free again. False when it is not this process' any more."""
    result = await session.execute(
        reservations.delete().where(
            reservations.c.turn_id == turn_id, reservations.c.process == process
        )
    )
    return result.rowcount > 0


async def settle_node(session: Session, node: str, alive: str) -> int:
    """Those of the node's processes but for the one alive. Gives how many."""
    result = await session.execute(
        reservations.delete().where(
            reservations.c.process.startswith(f"{node}:", autoescape=True),
            reservations.c.process != alive,
        )
    )
    return result.rowcount


async def processes(session: Session) -> Collection[str]:
    return list((await session.execute(sa.select(reservations.c.process).distinct())).scalars())


async def settle_process(session: Session, process: str) -> int:
    result = await session.execute(reservations.delete().where(reservations.c.process == process))
    return result.rowcount


async def renegotiate(session: Session) -> None:
    """Budgets changed: each turn asks anew before its next call."""
    await session.execute(reservations.update().values(micros=0, tokens=0))


async def spent_by_turn(session: Session, turn_id: str, since: datetime) -> Amount:
    wanted = (ledger.c.turn_id == turn_id, ledger.c.started_at >= since)
    return await _spent(session, *wanted)


async def spent_since(session: Session, since: datetime, channel: str | None = None) -> Amount:
    wanted = [ledger.c.started_at >= since]
    if channel is not None:
        wanted.append(ledger.c.channel == channel)
    return await _spent(session, *wanted)


async def release(
    session: Session, turn_id: str, limit: Limit, *, since: datetime, by: str
) -> None:
    await session.execute(releases.delete().where(releases.c.turn_id == turn_id))
    await session.execute(
        releases.insert().values(
            turn_id=turn_id, micros=limit.micros, tokens=limit.tokens, since=since, by=by
        )
    )


async def released(session: Session, turn_id: str) -> Release | None:
    statement = sa.select(releases).where(releases.c.turn_id == turn_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return Release(limit=Limit(micros=row.micros, tokens=row.tokens), since=row.since)


async def _spent(session: Session, *wanted: sa.ColumnElement[bool]) -> Amount:
    row = (await session.execute(sa.select(*_SPENT).select_from(ledger).where(*wanted))).one()
    return Amount(micros=int(row.spent_micros or 0), tokens=int(row.spent_tokens or 0))


def _reserved(row: sa.Row[tuple[object, ...]]) -> Reserved:
    return Reserved(
        turn_id=row.turn_id,
        channel=row.channel,
        limit=Limit(micros=row.micros, tokens=row.tokens),
        since=row.since,
        spent=Amount(micros=int(row.spent_micros or 0), tokens=int(row.spent_tokens or 0)),
    )


_SPENT = (
    sa.func.sum(ledger.c.cost_micros).label("spent_micros"),
    sa.func.sum(
        ledger.c.input_tokens
        + ledger.c.output_tokens
        + ledger.c.cache_read_tokens
        + ledger.c.cache_write_tokens
    ).label("spent_tokens"),
)
