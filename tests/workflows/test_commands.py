"""Who sent, stopped and retried what is on the audit trail; what was said is not."""

import asyncio
from pathlib import Path

import pytest

from sempre import clock
from sempre.audit import Wanted
from sempre.contract.messages import Inbound, TurnState
from sempre.errors import ConflictError
from tests.support.patience import until
from tests.workflows.house import CHANNEL, ScriptedAgent, open_house


async def test_what_a_person_does_to_turns_is_on_the_trail_without_the_prompt(
    database_url: str, tmp_path: Path
) -> None:
    agent = ScriptedAgent(hold=asyncio.Event())
    async with open_house(database_url, tmp_path, agent=agent) as house:
        do = house.commands
        sent = await do.send(CHANNEL, "canary prompt", key="k", by="token:phone")
        await do.send(CHANNEL, "canary prompt", key="k", by="token:phone")
        await until(lambda: len(agent.asked) == 1)
        await do.cancel(sent.id, by="owner")
        assert (await house.ended(sent.id)).state is TurnState.CANCELLED
        agent.hold = None
        await do.retry(sent.id, text="canary edited", by="local")
        await house.ended(sent.id)
        await house.audit.flush()
        entries = [
            each
            for each in await house.audit.page(Wanted(turn_id=sent.id))
            if each.what != "turn.ended"
        ]
    assert [(each.what, each.by, each.details) for each in reversed(entries)] == [
        ("turn.sent", "token:phone", {"characters": 13}),
        ("turn.cancelled", "owner", {}),
        ("turn.retried", "local", {"edited": True}),
    ]
    assert {each.channel for each in entries} == {CHANNEL}


async def test_the_channel_of_a_card_takes_the_stages_of_its_runs_only(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path, agent=ScriptedAgent()) as house:
        with pytest.raises(ConflictError, match="card"):
            await house.commands.send("board:shop/SHOP-1", "And this?")
        await house.inbox.open("board:shop/SHOP-1")
        stage = Inbound(
            channel="board:shop/SHOP-1",
            external_id="run:r:1",
            text="Plan.",
            received_at=clock.now(),
        )
        (accepted,) = await house.inbox.accept([stage])
        with pytest.raises(ConflictError, match="Retry the card"):
            await house.commands.retry(accepted.turn_id)
