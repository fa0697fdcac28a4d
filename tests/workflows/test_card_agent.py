"""Between two agents nobody listens for a stop; it is heard all the same."""

import asyncio
from pathlib import Path
from typing import Any, cast

from sempre.contract.agents import Ending, Question, Session
from sempre.workflows.card_agent import CardAgent
from tests.agents.commands.test_commands import Heard
from tests.workflows.workshop import Coder


class Anywhere:
    async def required(self, _channel: str) -> None:
        return None


async def test_a_stop_before_the_agent_has_begun_ends_the_turn(tmp_path: Path) -> None:
    came, go_on, coder = asyncio.Event(), asyncio.Event(), Coder()

    async def folder(_at: object) -> Path:
        came.set()
        await go_on.wait()
        return tmp_path

    agent = CardAgent(
        model=coder, standing=cast("Any", Anywhere()), folder=folder, state=tmp_path / "state"
    )
    session = Session(id="s", started=False)
    question = Question(
        turn_id="t", attempt_id="a", channel="board:x/X-1", text="", message_id="m", session=session
    )
    answering = asyncio.ensure_future(agent.answer(question, Heard()))
    await came.wait()
    assert await agent.interrupt("t")
    go_on.set()
    assert (await answering).ending is Ending.CANCELLED
    assert coder.asked == []
    assert not await agent.interrupt("t")
