"""The scripted agent does what its script says, is stopped at once, and answers no attempt twice."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock, ids
from sempre.contract.agents import Agent, Ending, Question, Session
from sempre.contract.messages import Usage
from sempre.rehearsal import ScriptedAgent
from tests.support.patience import PATIENCE


class Told:
    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, object]]] = []

    def tell(self, kind: str, details: Mapping[str, object]) -> None:
        self.events.append((kind, details))


def question(text: str, *, turn: str = "t1", earlier: tuple[str, ...] = ()) -> Question:
    return Question(
        turn_id=turn,
        attempt_id=ids.new_id(),
        channel="api:test",
        text=text,
        message_id=ids.random_uuid(),
        session=Session(id="s1", started=False),
        earlier=earlier,
    )


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


async def test_it_answers_and_starts_the_session(agent: ScriptedAgent):
    as_contract: Agent = agent
    outcome = await as_contract.answer(question("[[say:hi]]"), Told())
    assert (outcome.ending, outcome.text) == (Ending.ANSWERED, "hi")
    assert outcome.session == Session(id="s1", started=True)
    assert outcome.usage == Usage(cost_micros=0)


async def test_text_is_told_in_pieces(agent: ScriptedAgent):
    told = Told()
    outcome = await agent.answer(question("[[drip:2:0.01]] [[say:abcd]]"), told)
    pieces = [("turn.text", {"block": 1, "text": text}) for text in ("ab", "cd")]
    assert (outcome.text, told.events) == ("abcd", pieces)


async def test_usage_is_priced_only_when_told(agent: ScriptedAgent):
    outcome = await agent.answer(question("[[usage:100:10]] [[say:x]]"), Told())
    assert outcome.usage == Usage(input_tokens=100, output_tokens=10, cost_micros=450)


@pytest.mark.parametrize(
    "kind",
    ["error", "transient", "budget", "authentication", "misconfigured", "invalid"],
)
async def test_failure_of_each_kind_comes_as_often_as_told(agent: ScriptedAgent, kind: str):
    text = f"[[fail:{kind}:2]] [[say:at last]]"
    outcomes = [await agent.answer(question(text), Told()) for _ in range(3)]
    assert [outcome.ending for outcome in outcomes] == [kind, kind, "answered"]
    failure = outcomes[0].failure
    assert failure is not None
    assert failure.kind == kind


async def test_quota_names_its_end_and_lifts(agent: ScriptedAgent):
    begun = clock.now()
    walled = await agent.answer(question("[[quota:60]] [[say:x]]"), Told())
    assert walled.ending is Ending.QUOTA
    assert walled.until is not None
    assert timedelta(seconds=60) <= walled.until - begun < timedelta(seconds=62)
    with clock.shifted(timedelta(seconds=61)):
        outcome = await agent.answer(question("[[quota:60]] [[say:x]]"), Told())
    assert outcome.ending is Ending.ANSWERED


async def test_unusable_script_is_invalid(agent: ScriptedAgent):
    outcome = await agent.answer(question("[[fail:utterly]]"), Told())
    assert outcome.ending is Ending.INVALID
    assert outcome.failure is not None
    assert "expected one of" in outcome.failure.message


async def test_interrupt_ends_it_at_once(agent: ScriptedAgent):
    asking = asyncio.ensure_future(agent.answer(question("[[delay:600]] [[say:x]]"), Told()))
    await asyncio.sleep(0.05)
    assert await agent.interrupt("t1")
    async with asyncio.timeout(PATIENCE):
        outcome = await asking
    assert (outcome.ending, outcome.text) == (Ending.CANCELLED, None)
    assert not await agent.interrupt("t1")


async def test_cancelling_the_task_is_passed_on(agent: ScriptedAgent):
    asking = asyncio.ensure_future(agent.answer(question("[[delay:600]]"), Told()))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not await agent.interrupt("t1")


async def test_finished_answer_to_an_earlier_attempt_is_adopted(agent: ScriptedAgent):
    first = question("[[say:once]]")
    await agent.answer(first, Told())
    told = Told()
    again = await agent.answer(question("[[say:twice]]", earlier=("x", first.message_id)), told)
    assert (again.text, again.adopted) == ("once", True)
    assert told.events[0][1]["code"] == "adopted"
    assert len(agent.asked) == 1


async def test_log_has_a_line_for_each_attempt(tmp_path: Path):
    log = tmp_path / "asked.jsonl"
    for turn in ("t1", "t2"):
        await ScriptedAgent(log=log).answer(question("[[say:x]]", turn=turn), Told())
    assert [json.loads(line)["turn_id"] for line in log.read_text().splitlines()] == ["t1", "t2"]
