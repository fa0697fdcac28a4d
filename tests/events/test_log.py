import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sempre import clock, ids
from sempre.db.database import StoreUnavailableError
from sempre.db.tables import events
from sempre.events import Event
from sempre.events._store import rows as stored
from tests.support.patience import PATIENCE
from tests.support.reading import statements_read
from tests.support.store import Store, opened

TURN = "01a00000-0000-7000-8000-000000000001"


class Collector:
    """A watcher that keeps what it is handed."""

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def publish(self, events: Any) -> None:
        self.seen += events


async def numbers(store: Store, turn_id: str = TURN) -> list[object]:
    """What the events of a turn said, in their order."""
    await store.log.flushed()
    return [event.details["n"] for event in await store.log.of_turn(turn_id, limit=100_000)]


async def test_an_event_comes_back_as_it_was_told(store: Store) -> None:
    before = clock.now()
    store.log.append("turn.text", {"text": "é😀", "n": 1}, channel="files:a", turn_id=TURN)
    await store.log.flushed()
    (event,) = await store.log.after(0)
    assert (event.id, event.seq, event.kind) == (1, 1, "turn.text")
    assert (event.channel, event.turn_id) == ("files:a", TURN)
    assert event.details == {"text": "é😀", "n": 1}
    assert before <= event.at <= clock.now()


async def test_events_of_a_turn_are_in_the_order_in_which_they_were_told_without_gap(
    store: Store,
) -> None:
    turns = [ids.new_id() for _ in range(5)]

    async def tell(turn_id: str) -> None:
        for n in range(300):
            store.log.append("turn.text", {"n": n}, turn_id=turn_id)
            if n % 7 == 0:
                await asyncio.sleep(0)

    await asyncio.gather(*(tell(turn_id) for turn_id in turns))
    for turn_id in turns:
        assert await numbers(store, turn_id) == list(range(300))
        page = await store.log.of_turn(turn_id, limit=1000)
        assert [event.seq for event in page] == list(range(1, 301))
    every = await store.log.after(0, limit=10_000)
    assert [event.id for event in every] == list(range(1, 1501))


async def test_watchers_get_what_is_stored_in_its_order_once(store: Store) -> None:
    collector = Collector()
    store.log.watch(collector)
    for n in range(1200):
        store.log.append("turn.text", {"n": n}, turn_id=TURN)
    await store.log.flushed()
    assert collector.seen == await store.log.after(0, limit=2000)


async def test_seqs_go_on_after_a_restart(store: Store) -> None:
    store.log.append("turn.text", {"n": 0}, turn_id=TURN)
    await store.log.flushed()
    async with opened(store.url, keyring=store.keyring) as later:
        later.log.append("turn.text", {"n": 1}, turn_id=TURN)
        assert await numbers(later) == [0, 1]


async def test_two_processes_write_one_turn_without_gap_and_each_in_its_order(
    store: Store,
) -> None:
    async with opened(store.url, keyring=store.keyring) as other:
        for round_ in range(40):
            for log, name in ((store.log, "a"), (other.log, "b")):
                log.append("turn.text", {"n": (name, round_)}, turn_id=TURN)
            await asyncio.sleep(0.002)
        await other.log.flushed()
        seen = await numbers(store)
    page = await store.log.of_turn(TURN, limit=1000)
    assert [event.seq for event in page] == list(range(1, 81))
    for name in ("a", "b"):
        mine = [n for n in seen if isinstance(n, list) and n[0] == name]
        assert mine == [[name, n] for n in range(40)]


async def test_ids_appear_in_their_order_so_that_a_cursor_misses_nothing(store: Store) -> None:
    """A reader that follows by cursor while two processes write sees every id."""
    stop = asyncio.Event()
    seen: list[int] = []

    async def follow() -> None:
        while not stop.is_set() or await store.log.last_id() > (seen[-1] if seen else 0):
            page = await store.log.after(seen[-1] if seen else 0, limit=50)
            seen.extend(event.id for event in page)
            await asyncio.sleep(0)

    async with opened(store.url, keyring=store.keyring) as other:
        following = asyncio.ensure_future(follow())
        for n in range(150):
            store.log.append("a", {"n": n})
            other.log.append("b", {"n": n})
            if n % 3 == 0:
                await asyncio.sleep(0.001)
        await store.log.flushed()
        await other.log.flushed()
        stop.set()
        await following
    assert seen == list(range(1, 301))


class Away:
    """Takes the database away, as a full disk or a restart of Postgres would."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = True
        self.asked = 0
        real = store.db.transaction

        @asynccontextmanager
        async def transaction() -> AsyncIterator[Any]:
            self.asked += 1
            if self.away:
                raise StoreUnavailableError("The disk is full.")
            async with real() as session:
                yield session

        monkeypatch.setattr(store.db, "transaction", transaction)
        monkeypatch.setattr("sempre.events.log.asyncio.sleep", _quick)


_real_sleep = asyncio.sleep


async def _quick(seconds: float) -> None:
    await _real_sleep(min(seconds, 0.01))


async def test_what_is_told_while_the_database_is_away_is_stored_afterwards(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(store, monkeypatch)
    collector = Collector()
    store.log.watch(collector)
    for n in range(700):
        store.log.append("turn.text", {"n": n}, turn_id=TURN)
        if n % 100 == 0:
            await _real_sleep(0.02)
    async with asyncio.timeout(PATIENCE):
        while database.asked < 2:
            await _real_sleep(0.01)
    assert collector.seen == [], "nothing is shown that is not stored"
    database.away = False
    assert await numbers(store) == list(range(700))
    assert [event.details["n"] for event in collector.seen] == list(range(700))


async def test_appending_never_waits_and_says_when_it_had_to_drop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(store, monkeypatch)
    monkeypatch.setattr("sempre.events.log._KEPT", 100)
    for n in range(150):
        store.log.append("turn.text", {"n": n}, turn_id=TURN)
    database.away = False
    assert await numbers(store) == list(range(100))
    store.log.append("turn.text", {"n": "later"}, turn_id=TURN)
    assert (await numbers(store))[-1] == "later"


@pytest.mark.parametrize(
    "details",
    [
        {"n": "half \ud83d"},
        {"n": object},
        {"n": {1, 2}},
        {"n": b"\xff"},
        {"n": [("x", None)]},
        {3: 4},
    ],
)
async def test_odd_details_are_written_in_some_form_and_hold_nothing_up(
    store: Store, details: dict[Any, Any]
) -> None:
    store.log.append("odd", details, turn_id=TURN)
    store.log.append("fine", {"n": "after"}, turn_id=TURN)
    await store.log.flushed()
    odd, fine = await store.log.of_turn(TURN)
    assert (odd.kind, fine.details) == ("odd", {"n": "after"})
    assert odd.details


async def test_what_the_database_can_never_take_does_not_hold_up_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stored.insert

    async def insert(session: Any, rows: Any, keyring: Any) -> None:
        if any(row.kind == "poison" for row in rows):
            raise ValueError("never")
        await real(session, rows, keyring)

    monkeypatch.setattr(stored, "insert", insert)
    for kind in ("a", "b", "poison", "c"):
        store.log.append(kind, {"n": kind}, turn_id=TURN)
    assert await numbers(store) == ["a", "b", "c"]
    assert [event.seq for event in await store.log.of_turn(TURN)] == [1, 2, 3]


async def test_details_that_change_after_they_were_told_are_stored_as_they_were(
    store: Store,
) -> None:
    details: dict[str, object] = {"n": 1}
    store.log.append("a", details, turn_id=TURN)
    details["n"] = 2
    assert await numbers(store) == [1]


async def test_closing_writes_what_is_left(migrated_url: str) -> None:
    async with opened(migrated_url) as store:
        keyring = store.keyring
        for n in range(1300):
            store.log.append("a", {"n": n}, turn_id=TURN)
    async with opened(migrated_url, keyring=keyring) as later:
        assert await numbers(later) == list(range(1300))


async def test_pages_of_a_turn_have_no_gap_or_double(store: Store) -> None:
    for n in range(55):
        store.log.append("a", {"n": n}, turn_id=TURN)
        store.log.append("a", {"n": n}, turn_id=ids.new_id())
    await store.log.flushed()
    seen: list[object] = []
    cursor = 0
    while page := await store.log.of_turn(TURN, after=cursor, limit=10):
        seen += [event.details["n"] for event in page]
        assert page[-1].seq is not None
        cursor = page[-1].seq
    assert seen == list(range(55))


LONG = 100_000


@pytest.mark.slow
async def test_a_page_of_a_long_turn_reads_only_the_lines_that_it_shows(store: Store) -> None:
    """By the plan and by what the database says it touched, not by time."""
    await fill(store, LONG)
    for after in (0, LONG // 2, LONG - 60):
        async with watched_reads(store) as (plan, read):
            page = await store.log.of_turn(TURN, after=after, limit=50)
        assert [event.seq for event in page] == list(range(after + 1, after + 51))
        assert re.search(r"turn_id.*seq", plan()), plan()
        assert read() <= 60


async def fill(store: Store, count: int) -> None:
    """So many lines of one turn among lines of others."""
    sealed = [store.keyring.seal("{}", f"events/details/{n}") for n in range(1, count + 1)]
    at = clock.now()
    async with store.db.transaction() as session:
        for start in range(0, count, 5000):
            await session.execute(
                events.insert(),
                [
                    {
                        "id": n,
                        "at": at,
                        "kind": "a",
                        "turn_id": TURN,
                        "seq": n,
                        "details": sealed[n - 1],
                    }
                    for n in range(start + 1, start + 5001)
                ],
            )
    if store.db.is_postgres:
        async with store.db.transaction() as session:
            await session.execute(sa.text("ANALYZE events"))


@asynccontextmanager
async def watched_reads(store: Store) -> AsyncIterator[tuple[Callable[[], str], Callable[[], int]]]:
    """The plan of the statement inside the block, and the number of rows that it reads."""
    plans: list[str] = []
    rows: list[int] = []

    with statements_read(store.db) as asked:
        yield (lambda: plans[0]), (lambda: rows[0])
    statement, parameters = next(each for each in asked if each[0].startswith("SELECT"))
    plan, count = await explain(store, statement, parameters)
    plans.append(plan)
    rows.append(count)


async def explain(store: Store, statement: str, parameters: Any) -> tuple[str, int]:
    if store.db.path is not None:
        return explain_file(store.db.path, statement, parameters)
    async with store.db.reading() as session:
        answer = await session.exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters
        )
        scan = answer.scalar_one()[0]["Plan"]["Plans"][0]
        return f"{scan.get('Index Cond')}", scan["Actual Rows"]


def explain_file(path: Path, statement: str, parameters: Any) -> tuple[str, int]:
    """Counts virtual machine instructions, in rows: a row of this statement takes about a dozen."""
    count = Counter[str]()

    def step() -> None:
        count["n"] += 10

    with closing(sqlite3.connect(path)) as raw:
        steps = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert not any("TEMP B-TREE" in step for step in steps), steps
        raw.set_progress_handler(step, 10)
        raw.execute(statement, parameters).fetchall()
    return "; ".join(steps), count["n"] // 25
