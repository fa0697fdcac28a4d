"""Results that are not ours, and signs that never come: told by hand, since Claude Code is asked not to bring
them about (background tasks are off)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from claude_agent_sdk import CLIConnectionError, MessageOrigin, ResultMessage

from sempre.agents.claude.exchange import Exchange
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.reply import Reply
from sempre.agents.claude.stream import Narrator
from sempre.agents.claude.totals import Count, Totals
from sempre.contract.agents import Ending
from tests.agents.claude.rig import Notes
from tests.agents.claude.test_stream import whole
from tests.support.patience import PATIENCE


class Wire:
    """A process that says nothing by itself."""

    def __init__(self) -> None:
        self.exchange: Exchange | None = None
        self.killed = False
        self.gone = False

    async def ask(self, exchange: Exchange, text: str) -> None:
        self.exchange = exchange
        if self.gone:
            raise CLIConnectionError("gone")

    def follow(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def release(self) -> None:
        self.exchange = None

    async def interrupt(self) -> None:
        pass

    async def probe(self) -> bool:
        return True

    async def kill(self) -> None:
        self.killed = True


class Talk:
    def __init__(self, **limits: Any) -> None:
        self.wire = Wire()
        self.notes = Notes()
        patience = Limits(**{"coalesce_seconds": 10, **limits})
        self.exchange = Exchange(
            self.wire,
            "mine",
            narrator=Narrator(self.notes, patience.coalesce_seconds),
            caller=Pass(channel="files:a", session_id="s", directory=Path()),
            profile=Profile(directory=Path()),
            limits=patience,
            totals=Totals(Count()),
            meter=None,
        )
        self.running = asyncio.create_task(self.exchange.run("do it"))

    async def reply(self) -> Reply:
        return await asyncio.wait_for(self.running, PATIENCE)


def result(
    text: str,
    *,
    origin: MessageOrigin | None = None,
    user_message_uuid: str | None = None,
    user_message_uuids: list[str] | None = None,
) -> ResultMessage:
    return ResultMessage(
        subtype="success",
        duration_ms=1,
        duration_api_ms=1,
        is_error=False,
        num_turns=1,
        session_id="s",
        result=text,
        terminal_reason="completed",
        origin=origin,
        user_message_uuid=user_message_uuid,
        user_message_uuids=user_message_uuids,
    )


BACKGROUND = MessageOrigin(kind="task-notification")


async def test_a_background_tasks_result_is_not_the_answer() -> None:
    talk = Talk()
    await asyncio.sleep(0)
    talk.exchange.note("mine", "queued")
    talk.exchange.take(whole("m0", "the task is done"))  # its own turn, which ours waits for
    talk.exchange.take(result("the task is done", origin=BACKGROUND))
    talk.exchange.note("mine", "started")
    talk.exchange.take(whole("m1", "the answer"))
    talk.exchange.take(result("another task", origin=BACKGROUND))
    talk.exchange.take(result("the answer", user_message_uuids=["mine"]))

    assert (await talk.reply()).text == "the answer"
    assert talk.notes.text() == "the answer"
    assert talk.wire.exchange is None


async def test_a_prompt_answered_inside_a_background_tasks_turn_is_answered() -> None:
    talk = Talk()
    await asyncio.sleep(0)
    talk.exchange.note("mine", "queued")
    talk.exchange.note("mine", "started")
    talk.exchange.take(result("both", origin=BACKGROUND, user_message_uuids=["mine"]))

    assert (await talk.reply()).text == "both"


async def test_another_prompts_result_is_not_ours() -> None:
    talk = Talk()
    await asyncio.sleep(0)
    talk.exchange.note("mine", "started")
    talk.exchange.take(result("theirs", user_message_uuids=["theirs"]))
    await asyncio.sleep(0.05)

    assert not talk.running.done()
    talk.exchange.take(result("mine", user_message_uuid="mine"))
    assert (await talk.reply()).text == "mine"


@pytest.mark.parametrize("state", ["completed", "cancelled"])
async def test_a_prompt_that_ends_without_a_result_is_not_waited_for(state: str) -> None:
    talk = Talk()
    await asyncio.sleep(0)
    talk.exchange.note("mine", "started")
    talk.exchange.note("mine", state)
    reply = await talk.reply()

    assert reply.failure is not None
    assert (reply.ending, reply.failure.kind) == (Ending.ERROR, "no_result")


async def test_a_prompt_that_is_not_taken_up_costs_the_process() -> None:
    talk = Talk(accept_seconds=0.1)
    reply = await talk.reply()

    assert reply.failure is not None
    assert (reply.ending, reply.failure.kind) == (Ending.TRANSIENT, "not_accepted")
    assert talk.wire.killed
    assert not talk.exchange.taken


async def test_a_process_that_is_gone_already_is_told_as_died() -> None:
    talk = Talk()
    talk.wire.gone = True
    reply = await talk.reply()

    assert reply.failure is not None
    assert reply.failure.kind == "died"
    assert not talk.exchange.taken


async def test_an_answer_that_comes_with_the_stop_is_kept() -> None:
    talk = Talk()
    await asyncio.sleep(0)
    talk.exchange.note("mine", "started")
    stopping = asyncio.create_task(talk.exchange.cancel())
    await asyncio.sleep(0.01)
    talk.exchange.take(result("just in time", user_message_uuids=["mine"]))
    await stopping

    assert (await talk.reply()).text == "just in time"
    assert not talk.wire.killed
