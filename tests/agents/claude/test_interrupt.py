"""A person says stop, or the process stops: what is running ends, at once and with all that it started."""

import asyncio
from dataclasses import replace

import pytest

from sempre.contract.agents import Ending, Outcome, Question
from sempre.rehearsal import MessagesApi, write_tool
from tests.agents.claude.rig import ENDLESS, PATIENT, QUICK, SLOW, Notes, Rig, until
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.claude


async def _stop(rig: Rig, question: Question, asking: asyncio.Task[Outcome]) -> Outcome:
    assert await rig.agent.interrupt(question.turn_id)
    async with asyncio.timeout(PATIENCE):  # what these tests break off would take longer
        return await asking


async def test_stopped_while_the_provider_thinks(rig: Rig, api: MessagesApi) -> None:
    rig.limits = PATIENT
    question = rig.question("[[delay:600]] [[say:x]]")
    asking = asyncio.create_task(rig.answer(question))
    assert await until(lambda: api.record.busy)
    outcome = await _stop(rig, question, asking)

    assert outcome.ending is Ending.CANCELLED
    programs = rig.claudes()
    assert (await rig.ask("[[say:next]]")).text == "next"
    assert rig.claudes() == programs


async def test_stopped_in_mid_stream(rig: Rig) -> None:
    notes = Notes()
    question = rig.question("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]")
    asking = asyncio.create_task(rig.answer(question, notes))
    await notes.wait_for("turn.text")
    outcome = await _stop(rig, question, asking)

    assert outcome.ending is Ending.CANCELLED
    assert outcome.failure is not None
    assert outcome.failure.kind == "cancelled"
    assert (await rig.ask("[[say:next]]")).text == "next"


async def test_stopped_while_a_command_runs_which_ends_too(rig: Rig) -> None:
    (rig.root / "work").mkdir()
    notes = Notes()
    question = rig.question(write_tool("Bash", command=SLOW))
    asking = asyncio.create_task(rig.answer(question, notes))
    assert await rig.command_runs()
    outcome = await _stop(rig, question, asking)

    assert outcome.ending is Ending.CANCELLED
    assert await rig.nothing_but_claudes_left()
    assert not (rig.work / "too_late").exists()


async def test_stopped_while_it_starts_or_waits_for_a_place(rig: Rig) -> None:
    rig.limits = replace(QUICK, alive=1)
    first = rig.question("[[delay:600]]")
    second = rig.question("[[say:x]]", channel="files:b")
    asking = asyncio.create_task(rig.answer(first)), asyncio.create_task(rig.answer(second))
    await asyncio.sleep(0.1)  # the first is being started, the second waits for its place
    assert (await _stop(rig, second, asking[1])).ending is Ending.CANCELLED
    assert (await _stop(rig, first, asking[0])).ending is Ending.CANCELLED
    assert await rig.none_left()
    assert (await rig.ask("[[say:next]]")).text == "next"


async def test_a_process_that_does_not_listen_is_killed(rig: Rig) -> None:
    notes = Notes()
    question = rig.question("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]")
    asking = asyncio.create_task(rig.answer(question, notes))
    await notes.wait_for("turn.text")
    rig.claudes()[0].suspend()
    outcome = await _stop(rig, question, asking)

    assert outcome.ending is Ending.CANCELLED
    assert await rig.none_left()
    assert (await rig.ask("[[say:next]]")).text == "next"


async def test_stopping_a_turn_that_is_not_here(rig: Rig) -> None:
    question = rig.question("[[say:x]]")
    assert not await rig.agent.interrupt(question.turn_id)
    await rig.answer(question)
    assert not await rig.agent.interrupt(question.turn_id)


async def test_a_cancelled_task_leaves_nothing_running_and_the_session_usable(rig: Rig) -> None:
    (rig.root / "work").mkdir()
    await rig.ask("[[say:one]]")
    notes = Notes()
    asking = asyncio.create_task(rig.ask(write_tool("Bash", command=SLOW), notes))
    assert await rig.command_runs()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert await rig.none_left()
    assert (await rig.ask("[[say:two]]")).text == "two"
    assert not (rig.work / "too_late").exists()


async def test_closing_ends_running_answers_as_stopped_and_every_process(rig: Rig) -> None:
    await rig.ask("[[say:x]]", channel="files:idle")
    asking = asyncio.create_task(rig.ask(write_tool("Bash", command=ENDLESS)))
    assert await rig.command_runs()
    await rig.agent.close()

    assert (await asking).ending is Ending.STOPPED
    assert await rig.none_left()
    assert list(rig.state.iterdir()) == []
