"""The SQL of the ledger and of the prices that a person set."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from sempre.budgets.prices import Rates
from sempre.budgets.totals import CallState, Totals
from sempre.db import Session
from sempre.db.tables import ledger, prices


class Opening(TypedDict):
    """What is known of a call before it leaves."""

    id: str
    channel: str
    turn_id: str | None
    attempt_id: str | None
    session_id: str
    agent: str | None
    model: str
    process: str
    started_at: datetime


class Closing(TypedDict):
    """What a call took."""

    state: CallState
    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_micros: int | None
    request_id: str | None
    ended_at: datetime


_NOTHING = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
}


# Built once: both stand in the way of every model call.
_OPEN = ledger.insert()
_CLOSE = (
    ledger.update()
    .where(ledger.c.id == sa.bindparam("entry"))
    .values({name: sa.bindparam(name) for name in Closing.__annotations__})
)


async def open_call(session: Session, opening: Opening) -> None:
    await session.execute(_OPEN, {**opening, **_NOTHING, "state": CallState.IN_FLIGHT})


async def close_call(session: Session, entry: str, closing: Closing) -> None:
    await session.execute(_CLOSE, {**closing, "entry": entry})


async def abandon(session: Session, node: str, alive: str, at: datetime) -> int:
    """Calls in flight of the node's processes but for the one alive: how they ended is unknown. Gives how many."""
    left = sa.and_(
        ledger.c.state == CallState.IN_FLIGHT,
        ledger.c.process.startswith(f"{node}:", autoescape=True),
        ledger.c.process != alive,
    )
    result = await session.execute(
        ledger.update().where(left).values(state=CallState.UNKNOWN, ended_at=at)
    )
    return result.rowcount


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
    statement = sa.select(*_SUMS).select_from(ledger).where(*wanted)
    return _totals((await session.execute(statement)).mappings().one())


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
    statement = sa.select(column.label("key"), *_SUMS).where(wanted).group_by(column)
    rows = (await session.execute(statement)).mappings()
    return {row["key"]: _totals(row) for row in rows}


def _totals(row: sa.RowMapping) -> Totals:
    return Totals(**{name: int(row[name] or 0) for name in _NAMES})


def _number_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


_unpriced = sa.and_(ledger.c.state == CallState.BOOKED, ledger.c.cost_micros.is_(None))
_SUMS = (
    sa.func.count().label("calls"),
    _number_of(ledger.c.state == CallState.IN_FLIGHT).label("in_flight"),
    _number_of(ledger.c.state == CallState.FAILED).label("failed"),
    _number_of(sa.or_(ledger.c.state == CallState.UNKNOWN, _unpriced)).label("unknown_calls"),
    *(sa.func.sum(ledger.c[name]).label(name) for name in (*_NOTHING, "cost_micros")),
)
_NAMES = tuple(column.name for column in _SUMS)


async def read_prices(session: Session) -> Mapping[str, Rates]:
    """The rows that a person set, by name or prefix."""
    rows = await session.execute(sa.select(prices).order_by(prices.c.model))
    return {
        row.model: Rates(
            input=row.input_micros,
            output=row.output_micros,
            cache_read=row.cache_read_micros,
            cache_write=row.cache_write_micros,
            cache_write_hour=row.cache_write_hour_micros,
        )
        for row in rows
    }


async def write_price(session: Session, model: str, rates: Rates, at: datetime) -> None:
    await delete_price(session, model)
    await session.execute(
        prices.insert().values(
            model=model,
            input_micros=rates.input,
            output_micros=rates.output,
            cache_read_micros=rates.cache_read,
            cache_write_micros=rates.cache_write,
            cache_write_hour_micros=rates.cache_write_hour,
            changed_at=at,
        )
    )


async def delete_price(session: Session, model: str) -> bool:
    result = await session.execute(prices.delete().where(prices.c.model == model))
    return result.rowcount > 0
