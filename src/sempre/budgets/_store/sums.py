"""Sums over the ledger."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from sempre.budgets.totals import CallState, Totals
from sempre.db import Session
from sempre.db.tables import ledger


async def total(
    session: Session,
    *,
    channel: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> Totals:
    """Sums over the calls that fit all that is given."""
    wanted: list[sa.ColumnElement[bool]] = []
    if channel is not None:
        wanted.append(ledger.c.channel == channel)
    if since is not None:
        wanted.append(ledger.c.started_at >= since)
    if before is not None:
        wanted.append(ledger.c.started_at < before)
    statement = sa.select(*SUMS).select_from(ledger).where(*wanted)
    return totals_of((await session.execute(statement)).mappings().one())


async def total_of_turn(session: Session, turn_id: str) -> Totals:
    """Of all attempts at one turn."""
    return totals_of((await session.execute(_OF_TURN, {"turn": turn_id})).mappings().one())


async def total_by_turn(session: Session, turn_ids: Collection[str]) -> Mapping[str, Totals]:
    """By turn; one without calls is left out."""
    return await _total_by(session, ledger.c.turn_id, ledger.c.turn_id.in_(list(turn_ids)))


async def total_by_session(session: Session, session_ids: Collection[str]) -> Mapping[str, Totals]:
    """By session; one without calls is left out."""
    return await _total_by(session, ledger.c.session_id, ledger.c.session_id.in_(list(session_ids)))


async def total_by_channel(session: Session, since: datetime) -> Mapping[str, Totals]:
    return await _total_by(session, ledger.c.channel, ledger.c.started_at >= since)


async def _total_by(
    session: Session, column: "sa.Column[str]", wanted: sa.ColumnElement[bool]
) -> Mapping[str, Totals]:
    statement = sa.select(column.label("key"), *SUMS).where(wanted).group_by(column)
    rows = (await session.execute(statement)).mappings()
    return {row["key"]: totals_of(row) for row in rows}


def totals_of(row: sa.RowMapping) -> Totals:
    return Totals(**{name: int(row[name] or 0) for name in _NAMES})


def _number_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


_COUNTED = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_micros",
)
_unpriced = sa.and_(ledger.c.state == CallState.BOOKED, ledger.c.cost_micros.is_(None))
SUMS = (
    sa.func.count().label("calls"),
    _number_of(ledger.c.state == CallState.IN_FLIGHT).label("in_flight"),
    _number_of(ledger.c.state == CallState.FAILED).label("failed"),
    _number_of(sa.or_(ledger.c.state == CallState.UNKNOWN, _unpriced)).label("unknown_calls"),
    *(sa.func.sum(ledger.c[name]).label(name) for name in _COUNTED),
)
_NAMES = tuple(column.name for column in SUMS)
# Built once: this stands in the way of every turn.
_OF_TURN = sa.select(*SUMS).select_from(ledger).where(ledger.c.turn_id == sa.bindparam("turn"))
