"""Sums by day, channel, model, agent and turn are the ledger's, page by page, whatever the zone."""

import sqlite3
import zoneinfo
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sempre import clock, ids
from sempre.budgets import Group, Reports, SpendItem, Totals
from sempre.budgets._store import reports as store
from sempre.budgets.groups import Cursor
from sempre.db import Database, Session
from sempre.db.tables import ledger
from sempre.errors import InvalidError

NOW = datetime(2026, 3, 20, 15, 7, tzinfo=UTC)
SAO_PAULO = zoneinfo.ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each block of statements that looked at many rows."""
    begun: list[None] = []
    scanning = Database.scanning

    def counted(db: Database) -> AbstractAsyncContextManager[Session]:
        begun.append(None)
        return scanning(db)

    monkeypatch.setattr(Database, "scanning", counted)
    return begun


@pytest.fixture(autouse=True)
async def clocked() -> AsyncIterator[None]:
    with clock.shifted(NOW - clock.now()):
        yield


async def book(db: Database, *calls: Mapping[str, object]) -> None:
    usual: dict[str, object] = {
        "channel": "files:w",
        "turn_id": "t1",
        "session_id": "s1",
        "agent": None,
        "model": "opus",
        "state": "booked",
        "input_tokens": 10,
        "output_tokens": 1,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
        "cost_micros": 100,
        "process": "n:1",
        "started_at": NOW,
    }
    rows = [{**usual, **call, "id": ids.new_id()} for call in calls]
    async with db.transaction() as session:
        await session.execute(ledger.insert(), rows)


async def every(reports: Reports, group: Group, limit: int = 2) -> Sequence[SpendItem]:
    """All pages, one after the other."""
    stretch = reports.stretch(None, None, None)
    items: list[SpendItem] = []
    after: str | None = None
    while True:
        page, after = await reports.page(group, stretch, after=after, limit=limit)
        assert len(page) <= limit
        items += page
        if after is None:
            assert sum((each.totals for each in items), Totals()) == await reports.whole(stretch)
            return items


def costs(items: Sequence[SpendItem]) -> list[tuple[str, int]]:
    return [(item.key, item.totals.cost_micros) for item in items]


async def test_a_call_counts_for_the_day_on_which_it_began_there(db: Database):
    late = datetime(2026, 3, 19, 2, 59, tzinfo=UTC)
    await book(db, {"started_at": late}, {"started_at": late + timedelta(minutes=1)}, {})
    assert costs(await every(Reports(db, SAO_PAULO), Group.DAY)) == [
        ("2026-03-20", 100),
        ("2026-03-19", 100),
        ("2026-03-18", 100),
    ]
    kathmandu = zoneinfo.ZoneInfo("Asia/Kathmandu")  # a quarter to six ahead
    early = datetime(2026, 3, 18, 18, 14, 59, tzinfo=UTC)
    await book(db, {"started_at": early}, {"started_at": early + timedelta(seconds=1)})
    days = dict(costs(await every(Reports(db, kathmandu), Group.DAY)))
    assert (days["2026-03-18"], days["2026-03-19"]) == (100, 300)


async def test_the_dearest_comes_first_and_pages_leave_nothing_out_or_in_twice(db: Database):
    await book(
        db,
        *(
            {"channel": f"files:w{n}", "cost_micros": 100 * (n % 3), "turn_id": None}
            for n in range(7)
        ),
    )
    assert costs(await every(Reports(db, UTC), Group.CHANNEL)) == [
        ("files:w5", 200),
        ("files:w2", 200),
        ("files:w4", 100),
        ("files:w1", 100),
        ("files:w6", 0),
        ("files:w3", 0),
        ("files:w0", 0),
    ]


async def test_by_model_agent_and_turn(db: Database):
    await book(
        db,
        {"model": "sonnet", "cost_micros": 7},
        {"agent": "a1", "cost_micros": 50},
        {"turn_id": None, "cost_micros": 30},
        {"turn_id": "t2", "cost_micros": None, "model": "someone/else"},
    )
    reports = Reports(db, UTC)
    by_model = await every(reports, Group.MODEL)
    assert costs(by_model) == [("opus", 80), ("sonnet", 7), ("someone/else", 0)]
    assert by_model[-1].totals.unknown_calls == 1, "an unknown price is said to be unknown"
    assert by_model[-1].totals.amount.tokens == 11, "and its tokens count"
    assert costs(await every(reports, Group.AGENT)) == [
        ("claude:subagents", 50),
        ("claude:background", 30),
        ("claude", 7),
    ]
    assert costs(await every(reports, Group.TURN)) == [("t1", 57), ("", 30), ("t2", 0)]


async def test_a_range_has_whole_days_and_may_be_of_one_channel(db: Database):
    await book(
        db,
        *({"started_at": NOW - timedelta(days=n), "channel": f"files:w{n % 2}"} for n in range(40)),
    )
    reports = Reports(db, UTC)
    assert (await reports.whole(reports.stretch(None, None, None))).calls == 30
    first, last = date(2026, 3, 10), date(2026, 3, 12)
    assert (await reports.whole(reports.stretch(first, last, None))).calls == 3
    assert (await reports.whole(reports.stretch(first, last, "files:w0"))).calls == 2
    with pytest.raises(InvalidError):
        reports.stretch(last, first, None)


@pytest.mark.parametrize("cursor", ["x", "|", "12", "-1|a", "9" * 40 + "|a"])
async def test_what_is_no_cursor_is_refused(db: Database, cursor: str):
    reports = Reports(db, UTC)
    for group in (Group.TURN, Group.DAY):
        with pytest.raises(InvalidError):
            await reports.page(group, reports.stretch(None, None, None), after=cursor, limit=1)
    assert Cursor.read("12|a|b") == Cursor(micros=12, key="a|b")


async def test_today_with_its_hours_and_a_forecast(db: Database):
    await book(
        db,
        {"started_at": NOW.replace(hour=9), "cost_micros": 40},
        {"started_at": NOW.replace(hour=14), "cost_micros": 60},
        {"started_at": NOW - timedelta(days=1)},
    )
    today = await Reports(db, UTC).today()
    assert (str(today.day), today.totals.cost_micros) == ("2026-03-20", 100)
    assert [(hour.began.hour, hour.totals.cost_micros) for hour in today.hours] == [
        (9, 40),
        (14, 60),
    ]
    assert today.forecast.method == "rate"
    assert today.forecast.amount.micros == 100 + round(60 * (24 * 60 - 15 * 60 - 7) / 180)


async def test_rows_come_all_and_once_while_more_are_booked(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sempre.budgets.reports._PAGE", 3)
    await book(
        db, *({"cost_micros": n, "started_at": NOW - timedelta(minutes=1)} for n in range(8))
    )
    reports = Reports(db, UTC)
    seen: list[object] = []
    async for row in reports.rows(reports.stretch(None, None, None)):
        seen.append(row["cost_micros"])
        await book(db, {"started_at": clock.now() + timedelta(hours=1)})
    assert seen == list(range(8))


async def test_rows_come_in_the_order_in_which_they_began_also_those_of_one_moment(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sempre.budgets.reports._PAGE", 2)
    hour_ago, day_ago = NOW - timedelta(hours=1), NOW - timedelta(days=1)
    began = [hour_ago, day_ago, hour_ago, hour_ago, day_ago, hour_ago]
    await book(db, *({"started_at": at, "cost_micros": n} for n, at in enumerate(began)))
    reports = Reports(db, UTC)
    rows = reports.rows(reports.stretch(None, None, None))
    assert [row["cost_micros"] async for row in rows] == [1, 4, 0, 2, 3, 5]


@pytest.mark.parametrize("group", list(Group))
async def test_all_that_is_summed_is_summed_once_and_is_what_the_pages_have(
    db: Database, group: Group, scans: list[None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sempre.budgets.spool._IN_MEMORY", 100)
    monkeypatch.setattr("sempre.budgets._store.reports._PART", 2)
    await book(
        db,
        *(
            {
                "turn_id": f"t{n % 5}" if n else None,
                "channel": f"files:w{n % 7}",
                "started_at": NOW - timedelta(days=n),
                "cost_micros": n * 7 % 4,
            }
            for n in range(20)
        ),
    )
    reports = Reports(db, UTC)
    pages = await every(reports, group)
    scans.clear()
    items = reports.items(group, reports.stretch(None, None, None))
    assert [item async for item in items] == pages
    assert len(scans) == 1


@pytest.mark.parametrize("what", ["rows", "items"])
async def test_nothing_is_open_while_a_row_is_given(
    db: Database, what: str, monkeypatch: pytest.MonkeyPatch
):
    """Who takes them may be slow, or go."""
    await book(db, {"started_at": NOW - timedelta(hours=1)}, {"turn_id": "t2"})
    reports = Reports(db, UTC)
    stretch = reports.stretch(None, None, None)
    given: AsyncGenerator[object, None] = (
        reports.rows(stretch) if what == "rows" else reports.items(Group.TURN, stretch)
    )
    scanning, under_way = Database.scanning, 0

    @asynccontextmanager
    async def watched(db: Database) -> AsyncIterator[Session]:
        nonlocal under_way
        under_way += 1
        async with scanning(db) as session:
            yield session
        under_way -= 1

    monkeypatch.setattr(Database, "scanning", watched)
    async with aclosing(given):
        await anext(given)
        assert under_way == 0


async def test_a_page_of_calls_costs_the_same_wherever_it_begins(db: Database):
    count, page = 3000, 20
    first = NOW - timedelta(days=20)
    at = [first + timedelta(minutes=n // 100) for n in range(count)]  # a hundred of each moment
    await book(db, *({"started_at": each} for each in at))
    stretch = Reports(db, UTC).stretch(None, None, None)
    async with db.scanning() as session:
        ordered = sa.select(ledger.c.started_at, ledger.c.id).order_by(
            ledger.c.started_at, ledger.c.id
        )
        places = [(row.started_at, row.id) for row in await session.execute(ordered)]
    read = _rows_read_on_postgres if db.is_postgres else _steps_on_sqlite
    begun, middle, ended = [
        await read(db, store.rows_after(stretch, places[n], page))
        for n in (0, count // 2, count - page - 1)
    ]
    most = 2 * page if db.is_postgres else begun * 1.2
    assert max(begun, middle, ended) <= most, (begun, middle, ended)


async def _rows_read_on_postgres(db: Database, statement: "sa.Select[Any]") -> float:
    """By all of the plan's nodes that touch the table; nothing is sorted."""
    async with db.transaction() as session:
        await session.execute(sa.text("ANALYZE ledger"))
    async with db.reading() as session:
        explained = await session.exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {_literal(statement, session.dialect)}"
        )
        node = explained.scalar_one()[0]["Plan"]
    while True:
        assert "Sort" not in node["Node Type"], node
        if not node.get("Plans"):
            return node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        (node,) = node["Plans"]


async def _steps_on_sqlite(db: Database, statement: "sa.Select[Any]") -> float:
    """Of SQLite's virtual machine."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with sqlite3.connect(str(db.path)) as connection:
        connection.set_progress_handler(count, 1)
        rows = connection.execute(_literal(statement, sqlite.dialect())).fetchall()
    connection.close()
    assert len(rows) == 20
    return steps


async def test_sums_over_days_do_not_touch_the_rows(migrated_file: Path):
    """The index holds all that they need; else they would slow down with all that is stored."""
    query = (
        "EXPLAIN QUERY PLAN SELECT channel, sum(cost_micros), sum(input_tokens), sum(output_tokens), "
        "sum(cache_read_tokens), sum(cache_write_tokens), count(CASE WHEN state = 'booked' THEN 1 END) FROM ledger "
        "WHERE started_at >= 1 AND started_at < 2 GROUP BY channel"
    )
    db = Database(f"sqlite:///{migrated_file}")
    async with db.reading() as session:
        plan = [row[3] for row in await session.execute(sa.text(query))]
    await db.close()
    assert any("COVERING INDEX ix_ledger_sums" in step for step in plan), plan


def _literal(statement: "sa.Select[Any]", dialect: sa.Dialect) -> str:
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
