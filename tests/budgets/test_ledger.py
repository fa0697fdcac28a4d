"""Each call is a row before it leaves and is settled once it has ended, on both databases."""

import asyncio
import zoneinfo
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sempre import clock
from sempre.budgets import Asked, Ledger, OverBudgetError, PriceList, Rates, Totals
from sempre.contract.gate import Extras
from sempre.contract.messages import Usage
from sempre.db import Database, Session
from sempre.db.database import StoreUnavailableError
from sempre.db.tables import ledger as table
from sempre.errors import NotFoundError
from tests.budgets.pot import Audited
from tests.budgets.pot import Caller as Worker

OPUS = "claude-opus-5-5"
USED = Usage(
    input_tokens=1000, output_tokens=100, cache_read_tokens=10_000, cache_write_tokens=2000
)
COST = 4_000 + 2_000 + 2_000 + 10_000


@dataclass
class Told:
    events: list[tuple[str | None, str, str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str | None, str, str, Mapping[str, object]]]
    )

    def __call__(
        self, turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
    ) -> None:
        self.events.append((turn_id, channel, kind, details))


def make(db: Database, node: str = "n1", **given: Any) -> Ledger:
    return Ledger(db, node=node, zone=given.pop("zone", UTC), **given)


async def rows(db: Database) -> list[dict[str, Any]]:
    async with db.reading() as session:
        found = await session.execute(sa.select(table).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]


async def book(ledger: Ledger, usage: Usage | None = USED, **given: Any) -> str:
    complete = given.pop("complete", True)
    model = given.pop("model", OPUS)
    entry = await ledger.begin(Worker(**given), model, agent=None)
    await ledger.settle(entry, usage, model=model, complete=complete)
    return entry


async def test_a_call_is_in_flight_before_it_leaves_and_booked_when_it_is_back(db: Database):
    ledger = make(db)
    entry = await ledger.begin(Worker(), "opus", agent="agent-7")
    (row,) = await rows(db)
    assert (row["id"], row["state"], row["model"], row["agent"]) == (
        entry,
        "in_flight",
        "opus",
        "agent-7",
    )
    assert (row["channel"], row["turn_id"], row["attempt_id"], row["session_id"]) == (
        "files:w",
        "t1",
        "a1",
        "s1",
    )
    assert await ledger.count() == Totals(calls=1, in_flight=1)
    await ledger.settle(entry, USED, model=OPUS, request_id="req_1")
    (row,) = await rows(db)
    assert (row["state"], row["model"], row["request_id"], row["cost_micros"]) == (
        "booked",
        OPUS,
        "req_1",
        COST,
    )
    assert row["started_at"] <= row["ended_at"]


async def test_what_the_provider_refused_took_nothing(db: Database):
    ledger = make(db)
    await book(ledger, None)
    assert await ledger.count() == Totals(calls=1, failed=1)
    assert await ledger.turn_usage("t1") == Usage()


async def test_what_broke_off_counts_as_far_as_it_was_counted_and_its_cost_is_unknown(db: Database):
    ledger = make(db)
    await book(ledger, USED, complete=False)
    await book(ledger, None, complete=False)
    totals = await ledger.count()
    assert (totals.calls, totals.unknown_calls, totals.cost_micros) == (2, 2, COST)
    usage = await ledger.turn_usage("t1")
    assert (usage.input_tokens, usage.cost_micros) == (1000, None)
    assert [row["cost_micros"] for row in await rows(db)] == [COST, None]


async def test_a_model_without_a_price_is_counted_in_tokens_and_said_to_be_unknown(db: Database):
    ledger = make(db)
    await book(ledger, model="someone/else-7")
    began = clock.now() - timedelta(minutes=1)
    assert await ledger.unpriced(began) == 1
    assert (await ledger.turn_usage("t1")).cost_micros is None
    assert (await ledger.by_channel(began))["files:w"] == Usage(
        input_tokens=1000,
        output_tokens=100,
        cache_read_tokens=10_000,
        cache_write_tokens=2000,
        cost_micros=0,
    )
    rates = Rates(input=1_000_000, output=0, cache_read=0, cache_write=0, cache_write_hour=0)
    await PriceList(db, audit=Audited()).set_price("someone/*", rates, by="owner")
    await book(ledger, model="someone/else-7", turn_id="t2")
    assert (await ledger.turn_usage("t2")).cost_micros == 1000


async def test_extras_change_the_price(db: Database):
    ledger = make(db)
    entry = await ledger.begin(Worker(), OPUS, agent=None)
    extras = Extras(long_cache_tokens=2000, searches=1)
    await ledger.settle(entry, USED, model=None, extras=extras)
    assert (await ledger.turn_usage("t1")).cost_micros == COST - 10_000 + 16_000 + 10_000


async def test_a_call_is_settled_once(db: Database):
    ledger = make(db)
    entry = await book(ledger)
    with pytest.raises(NotFoundError):
        await ledger.settle(entry, USED, model=OPUS)
    with pytest.raises(NotFoundError):
        await ledger.settle("nobody", USED, model=OPUS)
    assert (await ledger.count()).calls == 1


async def test_the_next_process_of_a_node_marks_what_a_dead_one_left_as_unknown(db: Database):
    dead, elsewhere, me = make(db, "n_1"), make(db, "nx1"), make(db, "n_1")
    for each in (dead, elsewhere, me):
        await each.begin(Worker(), OPUS, agent=None)
    await book(dead)
    assert await me.sweep() == 1
    assert sorted((row["process"].split(":")[0], row["state"]) for row in await rows(db)) == [
        ("n_1", "booked"),
        ("n_1", "in_flight"),
        ("n_1", "unknown"),
        ("nx1", "in_flight"),
    ]
    assert await me.sweep() == 0


async def test_told_to_refuse_it_makes_no_row(db: Database):
    ledger = make(db)
    ledger.refuse("A person said stop.")
    with pytest.raises(OverBudgetError, match="said stop") as refusal:
        await ledger.begin(Worker(), OPUS, agent=None)
    assert refusal.value.code == "budget"
    assert await rows(db) == []
    ledger.refuse(None)
    await book(ledger)


class Cap:
    """At most so many micro-dollars a turn."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.ledger: Ledger | None = None

    async def check(self, asked: Asked, under_way: Sequence[Asked]) -> str | None:
        assert self.ledger is not None
        assert asked.turn_id is not None
        spent = (await self.ledger.turn_usage(asked.turn_id)).cost_micros or 0
        return f"{asked.channel} has spent {spent}." if spent >= self.most else None


async def test_limits_are_asked_before_each_call_and_the_overrun_is_one_call(db: Database):
    cap = Cap(COST + 1)
    ledger = cap.ledger = make(db, limits=cap)
    await book(ledger)
    await book(ledger)
    with pytest.raises(OverBudgetError, match="files:w has spent"):
        await book(ledger)
    await book(ledger, turn_id="t2")


async def test_sums_are_told_apart_by_turn_session_channel_and_day(db: Database):
    ledger = make(db, zone=zoneinfo.ZoneInfo("America/Sao_Paulo"))
    await book(ledger)
    await book(ledger)
    await book(ledger, turn_id="t2", session_id="s2", channel="files:x")
    with clock.shifted(timedelta(days=2)):
        await book(ledger, turn_id=None, channel="files:x")
        today = await ledger.today()
        began = clock.now() - timedelta(hours=1)
        assert {
            name: usage.cost_micros for name, usage in (await ledger.by_channel(began)).items()
        } == {"files:x": COST}
    assert (today.calls, today.cost_micros) == (1, COST)
    turns = await ledger.of_turns(["t1", "t2", "t3"])
    assert {turn: usage.cost_micros for turn, usage in turns.items()} == {
        "t1": 2 * COST,
        "t2": COST,
    }
    assert await ledger.turn_usage("t3") == Usage()
    spent = await ledger.of_sessions(["s2", "never"])
    assert {session: usage.input_tokens for session, usage in spent.items()} == {"s2": 1000}
    assert (await ledger.of_channel("files:x")).calls == 2
    day = clock.now().astimezone(zoneinfo.ZoneInfo("America/Sao_Paulo")).date()
    assert (await ledger.of_channel("files:x", day)).calls == 1
    assert (await ledger.count()).cost_micros == 4 * COST


async def test_a_day_ends_at_midnight_of_the_operators_zone(db: Database):
    ledger = make(db, zone=zoneinfo.ZoneInfo("America/Sao_Paulo"))  # three hours behind
    late = datetime(2026, 3, 2, 2, 59, tzinfo=UTC)
    with clock.shifted(late - clock.now()):
        await book(ledger)
    with clock.shifted(late + timedelta(minutes=2) - clock.now()):
        await book(ledger)
    assert (await ledger.of_day(datetime(2026, 3, 1, tzinfo=UTC).date())).calls == 1
    assert (await ledger.of_day(datetime(2026, 3, 2, tzinfo=UTC).date())).calls == 1


async def test_what_was_booked_is_told(db: Database):
    told = Told()
    ledger = make(db, tell=told)
    await book(ledger)
    await book(ledger, None)
    await book(ledger, turn_id=None)
    (turn_id, channel, kind, details), background = told.events
    assert (turn_id, channel, kind) == ("t1", "files:w", "turn.usage")
    assert background[0] is None, (
        "a background task's call belongs to no turn, and is seen all the same"
    )
    assert (details["cost_micros"], details["state"], details["model"]) == (COST, "booked", OPUS)


class Shaky(Database):
    """A database whose writes fail when told to."""

    failing = False

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator[Session]:
        if self.failing:
            raise StoreUnavailableError("The disk is full.", retry_after=1)
        async with super().transaction(lasting=lasting) as session:
            yield session


async def test_a_ledger_that_cannot_be_written_lets_no_call_go(db: Database):
    shaky = Shaky(db.url)
    ledger = make(shaky)
    shaky.failing = True
    with pytest.raises(StoreUnavailableError):
        await ledger.begin(Worker(), OPUS, agent=None)
    shaky.failing = False
    assert await rows(db) == []
    await shaky.close()


async def test_a_settlement_is_tried_until_the_database_takes_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sempre.budgets.ledger._AGAIN_SECONDS", 0.01)
    shaky = Shaky(db.url)
    ledger = make(shaky)
    entry = await ledger.begin(Worker(), OPUS, agent=None)
    shaky.failing = True
    settling = asyncio.get_running_loop().create_task(ledger.settle(entry, USED, model=OPUS))
    await asyncio.sleep(0.05)
    assert not settling.done()
    waits = asyncio.get_running_loop().create_task(ledger.turn_usage("t1"))
    await asyncio.sleep(0.05)
    settling.cancel()  # its caller gives up; the settlement does not
    shaky.failing = False
    assert (await waits).cost_micros == COST  # whoever asks meanwhile waits for it
    await ledger.close()
    assert [row["state"] for row in await rows(db)] == ["booked"]
    await shaky.close()


async def test_forty_at_once_are_all_booked(db: Database):
    ledger = make(db)
    await asyncio.gather(*(book(ledger, turn_id=f"t{n % 4}") for n in range(40)))
    assert await ledger.count() == Totals(
        calls=40,
        input_tokens=40_000,
        output_tokens=4_000,
        cache_read_tokens=400_000,
        cache_write_tokens=80_000,
        cost_micros=40 * COST,
    )
