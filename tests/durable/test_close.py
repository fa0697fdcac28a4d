import asyncio
import threading
from datetime import timedelta

import pytest

from sempre import clock
from sempre.durable import Engine, EngineSettings, State
from tests.durable.conftest import Children, Launch, settled
from tests.durable.place import Place


def stand(number: int, key: str = "a") -> dict[str, object]:
    return {
        "name": "test.stand",
        "workflow_id": f"turn:{key}:{number}",
        "queue_key": key,
        "args": [number],
    }


async def test_what_runs_may_finish_within_the_grace(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("begin", 1)
    closing = asyncio.ensure_future(engine.close(60))
    await engine.stopping.wait()
    await asyncio.sleep(0.05)
    place.open_gate(1)
    await closing
    assert place.journal("after") == ["after 1"]
    assert place.journal("run") == []  # nothing starts while the engine closes
    engine = await launch()
    await place.until("run", 2)
    assert await engine.states(["turn:a:1"]) == {"turn:a:1": State.ENDED}
    assert place.journal("begin") == ["begin 1"]


async def test_what_is_broken_off_goes_on_at_the_next_launch(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    await place.until("begin", 1)
    await engine.close()
    assert place.journal("cleaned") == ["cleaned 1"]
    place.open_gate(1)
    await launch()
    await place.until("after", 1)
    assert place.journal("before") == ["before 1"]  # recorded before, so not run again
    assert place.journal("begin") == ["begin 1"] * 2


async def test_a_step_that_answers_its_cancellation_is_not_recorded(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await engine.submit("test.stubborn", "turn:a:1", queue_key="a", args=(1,))
    await place.until("begin", 1)
    await engine.close()
    place.open_gate(1)
    await launch()
    await place.until("outcome", 1, "done")
    assert len(place.journal("outcome")) == 1


async def test_a_new_process_goes_on_with_what_was_broken_off(
    children: Children, place: Place, launch: Launch
) -> None:
    child = children.start("one", submit=[stand(1), stand(2, "b")])
    await place.until("begin", count=2)
    assert children.stop(child) == 0
    place.open_gate(1)
    place.open_gate(2)
    engine = await launch()
    await place.until("after", count=2)
    assert sorted(place.journal("before")) == ["before 1", "before 2"]
    await settled(engine, "turn:a:1", State.ENDED)
    await settled(engine, "turn:b:2", State.ENDED)


async def test_five_clean_restarts_end_nothing(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    for n in range(5):
        await place.until("begin", 1, count=n + 1)
        await engine.close()
        engine = await launch()
        assert (await engine.states(["turn:a:1"]))["turn:a:1"] in (State.QUEUED, State.RUNNING)
    place.open_gate(1)
    await place.until("after", 1)
    assert place.journal("begin") == ["begin 1"] * 6
    assert place.journal("before") == ["before 1"]


async def test_the_loop_keeps_working_threads_after_the_engine_is_gone(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await place.until("run", 1)
    await engine.close()
    assert await asyncio.to_thread(sum, [1, 2]) == 3


async def test_only_what_ended_long_ago_is_collected(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.stand", "turn:b:1", queue_key="b", args=(2,))
    await place.until("begin", 2)
    await settled(engine, "turn:a:1", State.ENDED)
    assert await engine.collect(clock.now() - timedelta(hours=1)) == 0
    assert await engine.collect(clock.now() + timedelta(hours=1)) == 1
    assert await engine.states(["turn:a:1", "turn:b:1"]) == {
        "turn:a:1": State.MISSING,
        "turn:b:1": State.RUNNING,
    }


async def test_closing_twice_or_without_a_launch_is_harmless(
    launch: Launch, database_url: str
) -> None:
    engine = await launch()
    await asyncio.gather(engine.close(1), engine.close())
    never = Engine(EngineSettings(database_url=database_url, node="n1"))
    await never.close()
    again = await launch()
    await engine.close()
    assert await again.states(["turn:a:1"]) == {"turn:a:1": State.MISSING}


async def test_closing_does_not_hang_on_a_database_that_does_not_answer(
    launch: Launch, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sempre.durable.engine._PATIENCE", 0.3)
    engine = await launch()
    answer = threading.Event()
    for _ in range(4):
        engine._threads.submit(answer.wait)
    submitting = asyncio.ensure_future(
        engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    )
    await asyncio.sleep(0.05)
    await engine.close()
    assert not submitting.done()
    answer.set()
    await asyncio.gather(submitting, return_exceptions=True)
    await launch()
