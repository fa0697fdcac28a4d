from sempre.api.status import Status
from sempre.contract.messages import Usage
from tests.api.house import House
from tests.support.store import CHANNEL


async def status(house: House) -> Status:
    async with house.operator() as client:
        answer = await client.get("/api/status")
    return Status.model_validate_json(answer.content, extra="forbid")


async def test_the_status_says_what_runs_and_what_it_cost(house: House) -> None:
    answered, failed, running, cancelled, _queued = await house.store.accept(*"abcde")
    await house.store.answer(answered)
    await house.store.fail(failed)
    await house.store.begin(running)
    await house.store.turns.cancel(cancelled)
    house.spent.channels = {
        CHANNEL: Usage(cost_micros=1200),
        "files:b": Usage(cost_micros=None),
        "files:c": Usage(cost_micros=300),
    }
    house.spent.without_price = 2
    await house.store.log.flushed()
    found = await status(house)
    counts = found.counts
    assert (counts.running, counts.queued, counts.parked, counts.dead) == (1, 1, 0, 1)
    today = found.today
    assert (today.turns, today.answered, today.failed) == (3, 1, 1)
    assert (today.cost_micros, today.unknown_cost_calls) == (1500, 2)
    assert found.last_event_id == await house.store.log.last_id()
    assert found.database in {"sqlite", "postgres"}
    assert (found.mode, found.node) == ("live", "here")
