import pytest

from sempre.durable import State
from sempre.errors import NotFoundError
from tests.durable.conftest import Launch
from tests.durable.place import Place


async def test_queued_work_that_is_cancelled_never_runs(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await engine.submit("test.short", "turn:a:3", queue_key="a", args=(3,))
    await place.until("begin", 1)
    await engine.cancel("turn:a:2")
    place.open_gate(1)
    await place.until("run", 3)
    assert place.journal("run") == ["run 3"]
    assert await engine.states(["turn:a:2"]) == {"turn:a:2": State.CANCELLED}


async def test_a_running_workflow_is_broken_off_before_the_next_of_its_key_starts(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("begin", 1)
    await engine.cancel("turn:a:1")
    await place.until("run", 2)
    told = [line.split(maxsplit=1)[1] for line in place.lines()]
    assert told == ["before 1", "begin 1", "cleaned 1", "run 2"]


async def test_a_waiting_workflow_frees_its_key_when_cancelled(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("waits", 1)
    await engine.cancel("turn:a:1")
    await place.until("run", 2)
    assert engine.running() <= {"turn:a:2"}


async def test_cancelling_what_is_over_or_unknown_changes_nothing(
    launch: Launch, place: Place
) -> None:
    engine = await launch()
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("run", 2)
    await engine.cancel("turn:a:1")
    await engine.cancel("turn:unknown")
    assert await engine.states(["turn:a:1", "turn:unknown"]) == {
        "turn:a:1": State.ENDED,
        "turn:unknown": State.MISSING,
    }


async def test_resumed_work_goes_on_after_its_last_step(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:1", queue_key="a", args=(1,))
    await place.until("begin", 1)
    await engine.cancel("turn:a:1")
    place.open_gate(1)
    await engine.resume("turn:a:1")
    await place.until("after", 1)
    assert place.journal("before") == ["before 1"]
    assert place.journal("begin") == ["begin 1"] * 2


async def test_resuming_the_unknown_is_said(launch: Launch) -> None:
    engine = await launch()
    with pytest.raises(NotFoundError):
        await engine.resume("turn:unknown")
