"""A turn reserves before it starts and settles after it; together they never overrun, call by call."""

import asyncio
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from sempre import clock
from sempre.budgets import Amount, OverBudgetError
from sempre.contract.messages import Usage
from sempre.db import Database
from sempre.errors import InvalidError
from sempre.events import Log
from tests.budgets.pot import COST, OPUS, TOKENS, Caller, Pot, pot

CALL = COST / 1_000_000  # dollars
LARGE = Usage(input_tokens=1_000_000, output_tokens=32_000)


async def reserved(each: Pot) -> Amount:
    """Of the day, by all turns."""
    return (await each.money.standings.read())[0].reserved


async def spent(each: Pot) -> int:
    return (await each.money.ledger.count()).cost_micros


async def test_without_a_budget_nothing_is_reserved_and_nothing_refused(db: Database, log: Log):
    free = pot(db, log)
    assert await free.money.purse.reserve("t1", "files:w") is None
    await free.call()
    await free.money.purse.settle("t1")
    assert await reserved(free) == Amount()


async def test_a_turn_stops_at_its_cap_and_overruns_it_by_one_call_at_most(db: Database, log: Log):
    tight = pot(db, log, turn_dollars=2.5 * CALL)
    assert await tight.money.purse.reserve("t1", "files:w") is None
    for _ in range(3):
        await tight.call()
    with pytest.raises(
        OverBudgetError, match=r"This turn's budget for today of \$0.0450 is used up"
    ):
        await tight.call()
    refusal = tight.money.purse.refusal("t1")
    assert refusal is not None
    assert str(refusal.scope) == "turn"
    assert await spent(tight) == 3 * COST
    await tight.money.purse.settle("t1")
    assert await tight.money.purse.reserve("t1", "files:w") is not None
    assert await tight.money.purse.reserve("t2", "files:w") is None, "another turn has its own"


async def test_tokens_are_a_budget_too_cache_included(db: Database, log: Log):
    tight = pot(db, log, turn_tokens=TOKENS)
    await tight.money.purse.reserve("t1", "files:w")
    await tight.call(model="nobody/knows")
    with pytest.raises(OverBudgetError, match="of 13,100 tokens is used up"):
        await tight.call(model="nobody/knows")


async def test_forty_at_once_reserve_no_more_than_there_is(db: Database, log: Log):
    house = pot(db, log, day_dollars=1.0, turn_dollars=0.1)
    refusals = await asyncio.gather(
        *(house.money.purse.reserve(f"t{n}", f"files:w{n}") for n in range(40))
    )
    assert [each for each in refusals if each is None] == [None] * 10
    assert all(each.held for each in refusals if each is not None)
    assert await reserved(house) == Amount(micros=1_000_000)


@pytest.mark.parametrize("cap", [None, 3.5 * CALL])
async def test_forty_workers_together_overrun_by_one_call_each_at_most(
    db: Database, log: Log, cap: float | None
):
    """Two processes; every worker spends until it is refused, starts again when there is more, and ends at last."""
    day = 12 * CALL
    here, there = (
        pot(db, log, node=node, day_dollars=day, turn_dollars=cap) for node in ("n1", "n2")
    )
    ran: set[int] = set()

    async def work(number: int) -> None:
        each, turn, channel = (here, there)[number % 2], f"t{number}", f"files:w{number}"
        for _ in range(20):
            refusal = await each.money.purse.reserve(turn, channel)
            if refusal is not None:
                if not refusal.held:
                    return
                await asyncio.sleep(0.01)
                continue
            ran.add(number)
            try:
                while True:
                    await each.call(turn, channel)
            except OverBudgetError:
                pass
            finally:
                await each.money.purse.settle(turn)

    await asyncio.gather(*(work(number) for number in range(40)))
    total = await spent(here)
    assert total >= day * 1_000_000, "nothing was left unspent"
    assert total <= day * 1_000_000 + len(ran) * COST
    assert await reserved(here) == Amount(), "nothing leaked"


async def test_calls_at_once_of_one_turn_do_not_pass_on_the_same_last_cent(db: Database, log: Log):
    tight = pot(db, log, turn_dollars=2.5 * CALL)
    await tight.money.purse.reserve("t1", "files:w")
    most = Usage(input_tokens=13_000, output_tokens=100)
    calls = [tight.call(most=most, agent=f"a{n}") for n in range(12)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    refused = [each for each in results if isinstance(each, OverBudgetError)]
    assert len(refused) == 9
    assert await spent(tight) == 3 * COST


async def test_far_from_the_cap_calls_of_a_turn_go_at_once(db: Database, log: Log):
    rich = pot(db, log, day_dollars=1000, turn_dollars=100)
    await rich.money.purse.reserve("t1", "files:w")
    most = Usage(input_tokens=13_000, output_tokens=100)
    async with asyncio.timeout(30):
        entries = [
            await rich.money.ledger.begin(Caller(), OPUS, agent=f"a{n}", most=most)
            for n in range(12)
        ]
    for entry in entries:
        await rich.money.ledger.settle(entry, Usage(), model=None)


async def test_a_turn_without_a_cap_takes_a_part_at_a_time_and_more_as_it_needs_it(
    db: Database, log: Log
):
    house = pot(db, log, day_dollars=20 * CALL)
    await house.money.purse.reserve("t1", "files:w")
    assert await reserved(house) == Amount(micros=COST), "a twentieth"
    for _ in range(20):
        await house.call()
    with pytest.raises(OverBudgetError, match="Today's budget"):
        await house.call()


async def test_what_one_reserved_is_free_for_others_once_it_ends_and_they_are_woken(
    db: Database, log: Log
):
    house = pot(db, log, day_dollars=1.0, turn_dollars=1.0)
    woken: list[str] = []

    async def changed() -> None: ...

    house.money.wakes(changed=changed, freed=woken.extend, announce=lambda: None)
    await house.money.purse.reserve("t1", "files:a")
    refusal = await house.money.purse.reserve("t2", "files:b")
    assert refusal is not None
    assert refusal.held
    assert "reserved for turns that run now" in refusal.message
    await house.call("t1", "files:a")
    await house.money.purse.settle("t1")
    assert woken == ["t2"]
    assert await house.money.purse.reserve("t2", "files:b") is None
    assert await reserved(house) == Amount(micros=1_000_000 - COST)


async def test_a_channel_has_its_own_day_and_others_go_on(db: Database, log: Log):
    house = pot(db, log, channel_dollars=CALL)
    await house.limit("channel:files:rich", micros=None)
    for turn, channel in (("t1", "files:poor"), ("t2", "files:rich")):
        assert await house.money.purse.reserve(turn, channel) is None
        await house.call(turn, channel)
        await house.money.purse.settle(turn)
    refusal = await house.money.purse.reserve("t3", "files:poor")
    assert refusal is not None
    assert "Today's budget of files:poor of $0.0180 is used up" in refusal.message
    assert await house.money.purse.reserve("t4", "files:rich") is None


async def test_calls_that_belong_to_no_turn_are_held_to_the_day(db: Database, log: Log):
    house = pot(db, log, day_dollars=CALL)
    await house.call(None)
    with pytest.raises(OverBudgetError, match="Today's budget"):
        await house.call(None)


async def test_the_next_process_settles_what_a_killed_one_had_reserved(db: Database, log: Log):
    killed = pot(db, log, day_dollars=10 * CALL, turn_dollars=10 * CALL)
    await killed.money.purse.reserve("t1", "files:a")
    await killed.call("t1", "files:a")
    await killed.money.ledger.begin(Caller("files:a", turn_id="t1"), OPUS, agent=None)
    after = pot(db, log, day_dollars=10 * CALL, turn_dollars=10 * CALL)
    assert (await after.money.purse.reserve("t2", "files:b")) is not None
    await after.money.sweep()
    assert await reserved(after) == Amount()
    assert await after.money.purse.reserve("t1", "files:a") is None
    assert await reserved(after) == Amount(micros=9 * COST), "what it had spent counts, once"


async def test_what_a_node_that_is_gone_had_reserved_is_settled_by_another(db: Database, log: Log):
    gone = pot(db, log, node="n1", day_dollars=1.0, turn_dollars=1.0)
    here = pot(db, log, node="n2", day_dollars=1.0, turn_dollars=1.0)
    await gone.money.purse.reserve("t1", "files:a")
    assert await here.money.purse.sweep(["n1", "n2"]) == 0
    assert await here.money.purse.sweep(["n2"]) == 1
    assert await here.money.purse.reserve("t2", "files:b") is None


async def test_the_next_day_is_whole_again_and_begins_at_the_operators_midnight(
    db: Database, log: Log
):
    zone = zoneinfo.ZoneInfo("America/Sao_Paulo")
    evening = datetime(2026, 3, 2, 2, 50, tzinfo=UTC)  # ten to midnight there
    with clock.shifted(evening - clock.now()):
        house = pot(db, log, zone=zone, turn_dollars=CALL, day_dollars=CALL)
        await house.money.purse.reserve("t1", "files:w")
        await house.call()
        await house.money.purse.settle("t1")
        refusal = await house.money.purse.reserve("t1", "files:w")
        assert refusal is not None
        assert refusal.until == datetime(2026, 3, 2, 3, tzinfo=UTC)
        assert "2026-03-02 00:00 (America/Sao_Paulo)" in refusal.message
        with clock.shifted(timedelta(minutes=11)):
            assert await house.money.purse.reserve("t1", "files:w") is None
            await house.call()


async def test_one_attempt_over_midnight_has_one_cap(db: Database, log: Log):
    with clock.shifted(datetime(2026, 3, 1, 23, 59, tzinfo=UTC) - clock.now()):
        house = pot(db, log, turn_dollars=1.5 * CALL)
        await house.money.purse.reserve("t1", "files:w")
        await house.call()
        with clock.shifted(timedelta(minutes=2)):
            await house.call()
            with pytest.raises(OverBudgetError):
                await house.call()


async def test_a_released_turn_spends_that_much_more_whatever_the_budgets_say(
    db: Database, log: Log
):
    house = pot(db, log, day_dollars=CALL)
    await house.money.purse.reserve("t1", "files:w")
    await house.call()
    await house.money.purse.settle("t1")
    assert await house.money.purse.reserve("t1", "files:w") is not None
    with pytest.raises(InvalidError):
        await house.money.purse.release("t1", "files:w", Amount(), by="owner")
    await house.money.purse.release("t1", "files:w", Amount(micros=2 * COST), by="owner")
    assert await house.money.purse.reserve("t2", "files:w") is not None, "only that one"
    assert await house.money.purse.reserve("t1", "files:w") is None
    await house.call()
    await house.call()
    with pytest.raises(OverBudgetError):
        await house.call()
    assert [each[:2] for each in house.audited.records] == [("turn.released", "owner")]
    ((_, details),) = await house.told("turn.released")
    assert details == {"extra_micros": 2 * COST, "extra_tokens": 0, "by": "owner"}


async def test_a_changed_budget_holds_for_turns_that_run(db: Database, log: Log):
    house = pot(db, log, turn_dollars=100)
    await house.money.purse.reserve("t1", "files:w")
    await house.call()
    await house.limit("turn", micros=COST)
    with pytest.raises(OverBudgetError):
        await house.call()
    await house.limit("turn", micros=2 * COST)
    await house.call()
    await house.limit("day", micros=1)
    with pytest.raises(OverBudgetError, match="budget"):
        await house.call()


async def test_a_call_that_comes_after_its_turn_reserves_nothing(db: Database, log: Log):
    house = pot(db, log, day_dollars=1.0)
    await house.money.purse.reserve("t1", "files:w")
    await house.money.purse.settle("t1")
    await house.call()
    assert await reserved(house) == Amount()


async def test_a_budget_warns_once_a_day_and_again_when_it_was_changed(db: Database, log: Log):
    house = pot(db, log, day_dollars=10 * CALL)
    for turn in range(10):
        await house.money.purse.reserve(f"t{turn}", "files:w")
        await house.call(f"t{turn}")
        await house.money.purse.settle(f"t{turn}")
    ((_, details),) = await house.told("budget.warned")
    assert (details["scope"], details["percent"], details["spent_micros"]) == ("day", 80, 8 * COST)
    restarted = pot(db, log, day_dollars=10 * CALL)
    assert await restarted.money.purse.reserve("t11", "files:w") is not None
    await restarted.limit("day", micros=12 * COST)
    await restarted.money.purse.reserve("t11", "files:w")
    await restarted.call("t11")
    await restarted.money.purse.settle("t11")
    assert [details["limit_micros"] for _, details in await house.told("budget.warned")] == [
        10 * COST,
        12 * COST,
    ]
    ((_, reached),) = await house.told("budget.reached")
    assert (reached["scope"], reached["limit_micros"]) == ("day", 10 * COST)


async def test_a_channels_own_budget_warns_and_a_restart_does_not_say_it_again(
    db: Database, log: Log
):
    house = pot(db, log)
    await house.limit("channel:files:w", micros=10 * COST)
    await spend(house, "other", "files:other")
    for turn in range(8):
        assert await house.told("budget.warned") == []
        await spend(house, f"t{turn}", "files:w")
    restarted = pot(db, log)
    await spend(restarted, "t8", "files:w")
    ((_, details),) = await house.told("budget.warned")
    assert (details["scope"], details["spent_micros"]) == ("channel:files:w", 8 * COST)


async def spend(house: Pot, turn_id: str, channel: str) -> None:
    """A turn of one call."""
    assert await house.money.purse.reserve(turn_id, channel) is None
    await house.call(turn_id, channel)
    await house.money.purse.settle(turn_id)


async def test_calls_already_made_are_booked_and_then_it_is_said_that_no_more_may_be(
    db: Database, log: Log
):
    """In login mode there is no gateway: what was made is counted in any case."""
    tight = pot(db, log, turn_dollars=CALL)
    await tight.money.purse.reserve("t1", "files:w")
    for _ in range(2):
        entry = await tight.money.ledger.begin(Caller(), OPUS, agent=None, made=True)
        await tight.money.ledger.settle(entry, Usage(output_tokens=900), model=OPUS)
    refusal = await tight.money.ledger.refusal(Caller())
    assert refusal is not None
    assert "used up" in refusal
    assert await spent(tight) == 2 * 18_000
