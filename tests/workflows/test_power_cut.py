"""What a power cut may take from the engine: its last commits. The application's rows say what there is to do."""

import asyncio
import shutil
from pathlib import Path

import pytest

from sempre.contract.messages import TurnState
from tests.durable.power import cut, frames, record_syncs
from tests.support.patience import PATIENCE
from tests.workflows.house import CHANNEL, ScriptedAgent, open_house


async def until_asked(agent: ScriptedAgent, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not any(question.text == text for question in agent.asked):  # noqa: ASYNC110  (it keeps a list)
            await asyncio.sleep(0.01)


async def test_whatever_end_of_the_engines_log_is_lost_each_turn_is_answered_once_and_in_order(
    tmp_path: Path,
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    agent = ScriptedAgent()
    async with open_house(f"sqlite:///{first / 'app.sqlite'}", first, agent=agent) as house:
        await house.ask("done")
        agent.hold = asyncio.Event()
        await house.accept("broken off", "queued")
        await until_asked(agent, "broken off")
        database = (first / "engine.sqlite").read_bytes()
        log = (first / "engine.sqlite-wal").read_bytes()
    whole = frames(log)
    for kept in (0, whole // 3, whole - 12, whole - 1, whole):
        place = tmp_path / f"after_{kept}"
        shutil.copytree(first, place)
        (place / "engine.sqlite").write_bytes(database)
        cut(place / "engine.sqlite", log, kept)
        agent = ScriptedAgent()
        async with open_house(f"sqlite:///{place / 'app.sqlite'}", place, agent=agent) as house:
            turns = [await house.ended(turn.id) for turn in await house.turns.page()]
            last = await house.ask("new")
            assert [question.text for question in agent.asked] == ["broken off", "queued", "new"]
            assert [sent.number for sent in house.outbox.sent] == [2, 3, 4]
        assert {turn.state for turn in [*turns, last]} == {TurnState.ANSWERED}


async def test_what_only_the_engine_knows_is_on_the_disk_before_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That somebody was woken: the rows say that he was."""
    agent = ScriptedAgent()
    async with open_house(f"sqlite:///{tmp_path / 'app.sqlite'}", tmp_path, agent=agent) as house:
        agent.hold = asyncio.Event()
        (turn_id,) = await house.accept("waits")
        await until_asked(agent, "waits")
        workflow = (await house.turns.get(turn_id)).workflow
        log = (tmp_path / "engine.sqlite-wal").stat().st_ino
        for act in (
            house.engine.signal(workflow, "go_on"),
            house.engine.cancel(workflow),
            house.engine.resume(workflow),
        ):
            synced = record_syncs(monkeypatch)
            await act
            assert log in synced
            monkeypatch.undo()
        agent.hold.set()
        assert (await house.ended(turn_id)).channel == CHANNEL
