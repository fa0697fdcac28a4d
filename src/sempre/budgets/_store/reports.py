"""Sums over stretches of the ledger, and its rows one by one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from sempre.budgets._store.sums import SUMS, totals_of
from sempre.budgets.groups import Cursor, Group, Stretch
from sempre.budgets.totals import Totals
from sempre.db import Session
from sempre.db.tables import ledger

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
    """The dearest first."""
    key = _KEYS[group]
    summed = (
        sa.select(key.label("key"), *SUMS).where(*_within(stretch)).group_by(sa.text("key"))
    ).subquery()
    cost = sa.func.coalesce(summed.c.cost_micros, 0)
    statement = sa.select(summed).order_by(cost.desc(), summed.c.key.desc()).limit(limit)
    if after is not None:
        less = sa.or_(cost < after.micros, sa.and_(cost == after.micros, summed.c.key < after.key))
        statement = statement.where(less)
    rows = (await session.execute(statement)).mappings()
    return [(row["key"], totals_of(row)) for row in rows]


async def by_quarter(session: Session, stretch: Stretch) -> Mapping[datetime, Totals]:
    """By the beginning of each quarter of an hour in which anything was called."""
    quarter = sa.type_coerce(ledger.c.started_at, sa.BigInteger) // _QUARTER_MICROS
    statement = (
        sa.select(quarter.label("key"), *SUMS).where(*_within(stretch)).group_by(sa.text("key"))
    )
    rows = (await session.execute(statement)).mappings()
    return {_EPOCH + QUARTER * int(row["key"]): totals_of(row) for row in rows}


async def whole(session: Session, stretch: Stretch) -> Totals:
    statement = sa.select(*SUMS).select_from(ledger).where(*_within(stretch))
    return totals_of((await session.execute(statement)).mappings().one())


async def rows(
    session: Session, stretch: Stretch, *, after: str, limit: int
) -> Sequence[sa.RowMapping]:
    """Oldest first; `after` is the id of the last one, or empty."""
    statement = (
        sa.select(ledger)
        .where(*_within(stretch), ledger.c.id > after)
        .order_by(ledger.c.id)
        .limit(limit)
    )
    return (await session.execute(statement)).mappings().all()


def _within(stretch: Stretch) -> list[sa.ColumnElement[bool]]:
    wanted = [ledger.c.started_at >= stretch.since, ledger.c.started_at < stretch.before]
    if stretch.channel is not None:
        wanted.append(ledger.c.channel == stretch.channel)
    return wanted
