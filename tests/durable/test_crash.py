from sempre.durable import State
from tests.durable.conftest import Children, Launch, settled
from tests.durable.place import Place


def work(name: str, number: int) -> dict[str, object]:
    return {
        "name": f"test.{name}",
        "workflow_id": f"turn:a:{number}",
        "queue_key": "a",
        "args": [number],
    }


async def test_kill_9_inside_a_step_runs_that_step_again(
    children: Children, place: Place, launch: Launch
) -> None:
    child = children.start("one", submit=[work("stand", 1), work("short", 2)])
    await place.until("begin", 1)
    children.kill(child)
    place.open_gate(1)
    await launch()
    await place.until("run", 2)
    told = [line.split(maxsplit=1)[1] for line in place.lines()]
    told = [line for line in told if line not in ("launched", "submitted")]
    assert told == ["before 1", "begin 1", "begin 1", "end 1", "after 1", "run 2"]


async def test_kill_9_between_steps_repeats_no_step(
    children: Children, place: Place, launch: Launch
) -> None:
    child = children.start("one", submit=[work("between", 1)])
    await place.until("between", 1)
    children.kill(child)
    place.open_gate(1)
    await launch()
    await place.until("second", 1)
    assert place.journal("first") == ["first 1"]
    assert place.journal("second") == ["second 1"]


async def test_kill_9_before_submission_shows_as_missing(
    children: Children, place: Place, launch: Launch
) -> None:
    child = children.start("one", submit=[work("short", 1)], stop_before_submit=True)
    await place.until("committed")
    children.kill(child)
    engine = await launch()
    assert await engine.states(["turn:a:1"]) == {"turn:a:1": State.MISSING}
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await place.until("run", 1)


async def test_kill_9_while_waiting_keeps_the_wait(
    children: Children, place: Place, launch: Launch
) -> None:
    child = children.start("one", submit=[work("wait", 1)])
    await place.until("waits", 1)
    children.kill(child)
    engine = await launch()
    await place.until("waits", 1, count=2)
    await engine.signal("turn:a:1", "go")
    await place.until("woken", 1, True)


async def test_kill_9_again_and_again_ends_nothing(
    children: Children, place: Place, launch: Launch
) -> None:
    for n in range(4):
        child = children.start("one", submit=[work("stand", 1)])
        await place.until("begin", 1, count=n + 1)
        children.kill(child)
    place.open_gate(1)
    engine = await launch()
    await place.until("after", 1)
    await settled(engine, "turn:a:1", State.ENDED)
    assert place.journal("before") == ["before 1"]
