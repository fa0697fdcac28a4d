"""The user's own login: no gateway in between, calls are booked from what Claude Code says of them."""

import asyncio

import pytest

from sempre import ids
from sempre.agents.claude import environment
from sempre.contract.agents import Ending
from sempre.contract.gate import Caller, Extras
from sempre.contract.messages import Usage
from sempre.rehearsal import MessagesApi, write_tool
from tests.agents.claude.rig import PATIENT, Notes, Rig

pytestmark = pytest.mark.claude


class Ledger:
    """A meter that keeps what it was told, and refuses after `most` calls."""

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.turns: list[str | None] = []
        self.models: set[str] = set()
        self.settled: dict[str, Usage] = {}

    async def begin(
        self,
        caller: Caller,
        model: str,
        *,
        agent: str | None,
        most: Usage | None = None,
        made: bool = False,
    ) -> str:
        assert made, "no gateway held it back"
        self.turns.append(caller.turn_id)
        self.models.add(model)
        return ids.new_id()

    async def settle(
        self,
        entry: str,
        usage: Usage | None,
        *,
        model: str | None,
        complete: bool = True,
        extras: Extras | None = None,
        request_id: str | None = None,
    ) -> None:
        assert usage is not None
        self.settled[entry] = usage

    async def refusal(self, caller: Caller) -> str | None:
        if len(self.turns) < self.most:
            return None
        return "The day's budget is used up. Raise it under Settings."

    @property
    def total(self) -> Usage:
        return sum(self.settled.values(), Usage())


@pytest.fixture
def login(rig: Rig, api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Stands for the login that Claude Code keeps by itself: it finds its model without our help."""
    rig.model_url = None
    rig.limits = PATIENT  # one that is killed does not say what it has used
    rig.meter = ledger = Ledger()
    own = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "their-own"}
    monkeypatch.setattr(environment, "_model", lambda access, token: own)
    return ledger


async def test_every_call_is_booked_on_its_turn(rig: Rig, api: MessagesApi, login: Ledger) -> None:
    inner = write_tool("Bash", command="true")
    task = {
        "description": "d",
        "prompt": f"{inner} [[say:seen]]",
        "subagent_type": "general-purpose",
    }
    question = rig.question(f"{write_tool('Agent', **task)} [[say:done]]")
    first = await rig.answer(question)
    notes = Notes()
    asking = asyncio.create_task(
        rig.ask("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]", notes, turn_id="second")
    )
    await notes.wait_for("turn.text")
    await rig.agent.interrupt("second")
    await asking
    await rig.agent.close()
    rig.start()
    await rig.ask("[[say:after a restart]]")

    assert first.text == "done"
    told = api.record.total()
    assert login.total.input_tokens == told.input_tokens
    assert login.total.cache_read_tokens == told.cache_read_input_tokens
    assert login.total.cache_write_tokens == told.cache_creation_input_tokens
    assert login.total.output_tokens == pytest.approx(told.output_tokens, abs=5)
    assert set(login.turns) >= {question.turn_id, "second"}
    assert login.models == {api.record.messages[0].model}


async def test_a_budget_that_is_used_up_breaks_the_turn_off(rig: Rig, login: Ledger) -> None:
    login.most = 1
    calls = " ".join(write_tool("Bash", command=f"sleep 0.{n}") for n in range(3, 9))
    outcome = await rig.ask(f"{calls} [[say:never]]")

    assert outcome.ending is Ending.BUDGET
    assert outcome.failure is not None
    assert "budget is used up" in outcome.failure.message


async def test_without_a_login_the_person_is_asked(rig: Rig) -> None:
    rig.model_url = None
    outcome = await rig.ask("[[say:x]]")

    assert outcome.ending is Ending.AUTHENTICATION
    assert outcome.failure is not None
    assert "login" in outcome.failure.message.lower()


async def test_behind_the_gateway_nothing_is_booked_twice(rig: Rig) -> None:
    rig.meter = ledger = Ledger()
    await rig.ask("[[say:x]]")

    assert ledger.turns == []
