import asyncio

import psycopg
import pytest

from sempre import durable
from sempre.durable import State
from sempre.errors import NotFoundError
from tests.durable.conftest import Launch
from tests.durable.place import Place


async def test_a_signal_wakes_a_waiting_workflow(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await place.until("waits", 1)
    await engine.signal("turn:a:1", "go")
    await place.until("woken", 1, True)


async def test_a_signal_before_the_wait_is_not_lost(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.meets_gate_then_waits", "turn:a:1", queue_key="a", args=(1,))
    await place.until("begin", 1)
    await engine.signal("turn:a:1", "go")
    place.open_gate(1)
    await place.until("woken", 1, True)


async def test_a_signal_to_queued_work_is_kept(launch: Launch, place: Place) -> None:
    engine = await launch(listens=())
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await engine.signal("turn:a:1", "go")
    await engine.close()
    await launch()
    await place.until("woken", 1, True)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_what_a_claim_passed_over_is_claimed_after_a_signal(
    launch: Launch, place: Place, database_url: str
) -> None:
    """Sending locks the workflow's row for a moment, as this does; a claim skips what is locked."""
    engine = await launch(listens=())
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await engine.close()
    with psycopg.connect(database_url) as connection:
        connection.execute("select from engine.workflow_status for key share")
        engine = await launch()
        await asyncio.sleep(0.3)
        assert place.journal("waits") == []
    await engine.signal("turn:a:1", "go")
    await place.until("woken", 1, True)


async def test_another_topic_does_not_wake(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.wait_in_vain", "turn:a:1", queue_key="a", args=(1,))
    await engine.signal("turn:a:1", "other")
    await place.until("woken", 1, False)


async def test_a_wait_goes_on_after_a_restart(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await place.until("waits", 1)
    await engine.close(60)  # waiting is no reason to wait
    engine = await launch()
    await place.until("waits", 1, count=2)
    assert await engine.states(["turn:a:1"]) == {"turn:a:1": State.RUNNING}
    await engine.signal("turn:a:1", "go")
    await place.until("woken", 1, True)
    assert len(place.journal("woken")) == 1


async def test_nobody_to_signal_is_said(launch: Launch) -> None:
    engine = await launch()
    with pytest.raises(NotFoundError):
        await engine.signal("turn:a:1", "go")


async def test_waiting_outside_of_a_workflow_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        await durable.wait("go", 1)
