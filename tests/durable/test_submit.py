from typing import Any

import pytest

from sempre import durable
from sempre.durable import State, Submission
from sempre.errors import ConflictError, InvalidError, UnavailableError
from tests.durable.conftest import Launch, settled
from tests.durable.place import Place


async def test_the_same_id_runs_once(launch: Launch, place: Place) -> None:
    engine = await launch()
    for _ in range(3):
        await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await place.until("run", 1)
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("run", 2)
    assert place.journal("run") == ["run 1", "run 2"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "test.unknown"}, "test.unknown"),
        ({"queue_key": ""}, "queue_key"),
        ({"workflow_id": " "}, "workflow_id"),
        ({"queue": "trun"}, "trun"),
        ({"queue": "trun@n1"}, "trun@n1"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": 2**31}, "sequence"),
    ],
)
async def test_what_would_never_run_is_refused(
    launch: Launch, place: Place, wrong: dict[str, Any], said: str
) -> None:
    engine = await launch()
    right: dict[str, Any] = {"name": "test.short", "workflow_id": "turn:a:1", "queue_key": "a"}
    with pytest.raises(InvalidError, match=said):
        await engine.submit_many([Submission(**(right | wrong), args=(1,))])
    assert await engine.states(["turn:a:1"]) == {"turn:a:1": State.MISSING}


async def test_one_wrong_submission_refuses_the_batch(launch: Launch) -> None:
    engine = await launch()
    with pytest.raises(InvalidError):
        await engine.submit_many(
            [
                Submission(name="test.short", workflow_id="turn:a:1", queue_key="a", args=(1,)),
                Submission(name="test.short", workflow_id="turn:a:2", queue_key=""),
            ]
        )
    assert (await engine.states(["turn:a:1"]))["turn:a:1"] is State.MISSING


async def test_a_closed_engine_takes_nothing(launch: Launch) -> None:
    engine = await launch()
    await engine.close()
    with pytest.raises(UnavailableError):
        await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))


async def test_a_second_engine_in_the_process_is_refused(launch: Launch, place: Place) -> None:
    engine = await launch()
    with pytest.raises(ConflictError):
        await launch()
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await place.until("run", 1)


async def test_states_tell_how_each_workflow_stands(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.short", "ended", queue_key="a", args=(1,))
    await engine.submit("test.raises", "error", queue_key="b", args=(2,))
    await engine.submit("test.stand", "running", queue_key="c", args=(3,))
    await engine.submit("test.short", "queued", queue_key="c", args=(4,))
    await engine.submit("test.short", "cancelled", queue_key="c", args=(5,))
    await engine.cancel("cancelled")
    await place.until("begin", 3)
    await settled(engine, "ended", State.ENDED)
    await settled(engine, "error", State.ERROR)
    states = await engine.states([state.value for state in State])
    assert states == {state.value: state for state in State}


async def test_an_engine_that_is_not_launched_says_so(database_url: str) -> None:
    engine = durable.Engine(durable.EngineSettings(database_url=database_url, node="n1"))
    with pytest.raises(UnavailableError):
        await engine.states(["turn:a:1"])
    await engine.close()


async def test_a_database_that_does_not_answer_is_named(place: Place) -> None:
    engine = durable.Engine(
        durable.EngineSettings(database_url="sqlite:////nowhere/at/all/engine.sqlite", node="n1")
    )
    with pytest.raises(UnavailableError):
        await engine.launch()
    again = durable.Engine(
        durable.EngineSettings(
            database_url=f"sqlite:///{place.folder / 'engine.sqlite'}", node="n1"
        )
    )
    await again.launch()
    await again.close()
