"""Sums over stretches of the ledger, and its rows one by one. What may be many comes in parts, for the loop to go on
between them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sempre.budgets._store.sums import SUMS, totals_of
from sempre.budgets.groups import Cursor, Group, Stretch
from sempre.budgets.totals import Totals
from sempre.db import Session
from sempre.db.moment import Moment
from sempre.db.tables import ledger

_PART = 200

Place = tuple[datetime, str]  # when a call began, and its id

# Every time zone is some quarters of an hour from UTC, so days are made of these, whatever the zone.
QUARTER = timedelta(minutes=15)
_QUARTER_MICROS = QUARTER // timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_KEYS: Mapping[Group, sa.ColumnElement[str]] = {
    Group.CHANNEL: ledger.c.channel,
    Group.MODEL: ledger.c.model,
    Group.TURN: sa.func.coalesce(ledger.c.turn_id, ""),
    Group.AGENT: sa.case(
        (ledger.c.agent.is_not(None), "claude:subagents"),
        (ledger.c.turn_id.is_(None), "claude:background"),
        else_="claude",
    ),
}


async def by_group(
    session: Session, group: Group, stretch: Stretch, *, after: Cursor | None, limit: int
) -> list[tuple[str, Totals]]:
    """A page, the dearest first."""
    rows = (await session.execute(_dearest(group, stretch, after).limit(limit))).mappings()
    return [(row["key"], totals_of(row)) for row in rows]


async def every_group(
    session: Session, group: Group, stretch: Stretch
) -> AsyncIterator[Sequence[tuple[str, Totals]]]:
    """The dearest first, summed once for all."""
    async for part in _parts(session, _dearest(group, stretch, None)):
        yield [(row["key"], totals_of(row)) for row in part]


async def by_quarter(
    session: Session, stretch: Stretch
) -> AsyncIterator[Sequence[tuple[datetime, Totals]]]:
    """By the beginning of each quarter of an hour in which anything was called, the newest first."""
    quarter = sa.type_coerce(ledger.c.started_at, sa.BigInteger) // _QUARTER_MICROS
    statement = (
        sa.select(quarter.label("key"), *SUMS)
        .where(*_within(stretch))
        .group_by(sa.text("key"))
        .order_by(sa.text("key DESC"))
    )
    async for part in _parts(session, statement):
        yield [(_EPOCH + QUARTER * int(row["key"]), totals_of(row)) for row in part]


async def whole(session: Session, stretch: Stretch) -> Totals:
    statement = sa.select(*SUMS).select_from(ledger).where(*_within(stretch))
    return totals_of((await session.execute(statement)).mappings().one())


async def rows(
    session: Session, stretch: Stretch, *, after: Place, limit: int
) -> Sequence[sa.RowMapping]:
    """Oldest first."""
    return (await session.execute(rows_after(stretch, after, limit))).mappings().all()


def rows_after(stretch: Stretch, after: Place, limit: int) -> "sa.Select[Any]":
    """An index holds this order, so what a page costs is the same wherever it begins."""
    place = sa.tuple_(ledger.c.started_at, ledger.c.id)
    began, entry = max(after, (stretch.since, ""))
    # Not also `started_at >= since`: SQLite would begin there each time, and pass over all until the place.
    return (
        sa.select(ledger)
        .where(
            place > sa.tuple_(sa.literal(began, Moment), sa.literal(entry)),
            *_until_its_end(stretch),
        )
        .order_by(ledger.c.started_at, ledger.c.id)
        .limit(limit)
    )


def _dearest(group: Group, stretch: Stretch, after: Cursor | None) -> "sa.Select[Any]":
    key = _KEYS[group]
    summed = (
        sa.select(key.label("key"), *SUMS).where(*_within(stretch)).group_by(sa.text("key"))
    ).subquery()
    cost = sa.func.coalesce(summed.c.cost_micros, 0)
    statement = sa.select(summed).order_by(cost.desc(), summed.c.key.desc())
    if after is None:
        return statement
    less = sa.or_(cost < after.micros, sa.and_(cost == after.micros, summed.c.key < after.key))
    return statement.where(less)


async def _parts(
    session: Session, statement: "sa.Select[Any]"
) -> AsyncIterator[Sequence[sa.RowMapping]]:
    async with session.stream(statement) as found:
        async for part in found.mappings().partitions(_PART):
            yield part


def _within(stretch: Stretch) -> list[sa.ColumnElement[bool]]:
    return [ledger.c.started_at >= stretch.since, *_until_its_end(stretch)]


def _until_its_end(stretch: Stretch) -> list[sa.ColumnElement[bool]]:
    wanted = [ledger.c.started_at < stretch.before]
    if stretch.channel is not None:
        wanted.append(ledger.c.channel == stretch.channel)
    return wanted
