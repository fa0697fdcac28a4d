"""How many processes live, which one goes, and what outlives Sempre itself."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from sempre.agents.descendants import MARK
from sempre.agents.launches import Launches
from sempre.rehearsal import write_tool
from tests.agents.claude.rig import ENDLESS, QUICK, Rig, until

pytestmark = pytest.mark.claude


async def test_three_channels_at_once_share_two_places(rig: Rig) -> None:
    rig.limits = replace(QUICK, alive=2)
    channels = ["files:a", "files:b", "files:c"]
    most = 0

    async def count() -> None:
        nonlocal most
        while True:
            most = max(most, len(rig.claudes()))
            await asyncio.sleep(0.05)

    counting = asyncio.create_task(count())
    outcomes = []
    for turn in ("one", "two"):
        asked = [rig.ask(f"[[say:{turn}]] [[nmsg]]", channel=each) for each in channels]
        outcomes.append(await asyncio.gather(*asked))
    counting.cancel()
    most = max(most, len(rig.claudes()))

    assert [each.text for each in outcomes[0]] == ["one nmsg=2"] * 3
    assert [each.text for each in outcomes[1]] == ["two nmsg=4"] * 3
    assert most == 2


async def test_the_process_that_was_not_used_for_longest_goes(rig: Rig) -> None:
    rig.limits = replace(QUICK, alive=2)
    await rig.ask("[[say:x]]", channel="files:a")
    await rig.ask("[[say:x]]", channel="files:b")
    (second,) = [each for each in rig.claudes() if _session(each) == rig.sessions["files:b"].id]
    await rig.ask("[[say:x]]", channel="files:a")
    await rig.ask("[[say:x]]", channel="files:c")

    assert not second.is_running()
    assert len(rig.claudes()) == 2


async def test_an_idle_process_is_stopped_and_its_token_is_worth_nothing(rig: Rig) -> None:
    rig.limits = replace(QUICK, idle_seconds=0.3)
    rig.gate.open.clear()
    asking = asyncio.create_task(rig.ask(f"{write_tool('Bash', command='true')} [[say:one]]"))
    assert await until(lambda: bool(rig.gate.asked))
    (token,) = rig.passes._by_token
    assert rig.claudes()
    rig.gate.open.set()
    await asking
    assert await until(lambda: bool(rig.outside))
    assert await rig.none_left()
    assert rig.passes.find(token) is None
    stopped = {"session_id": rig.sessions["files:a"].id, "reason": "idle"}
    assert rig.outside == [("files:a", "session.stopped", stopped)]
    assert (await rig.ask("[[say:two]] [[nmsg]]")).text == "two nmsg=6"


async def test_a_released_process_goes_and_its_conversation_stays(rig: Rig) -> None:
    await rig.ask("[[say:one]]")
    assert rig.claudes()
    await rig.agent.release("files:a")
    assert not rig.claudes()
    assert (await rig.ask("[[say:two]] [[nmsg]]")).text == "two nmsg=4"
    asking = asyncio.create_task(rig.ask("[[delay:0.5]] [[say:three]]"))
    assert await until(lambda: bool(rig.claudes()))
    await rig.agent.release("files:a")  # one at work is left
    assert (await asking).text == "three"


async def test_a_process_is_replaced_after_its_turns_or_when_it_has_grown(rig: Rig) -> None:
    rig.limits = replace(QUICK, recycle_turns=2)
    await rig.ask("[[say:x]]")
    (first,) = rig.claudes()
    await rig.ask("[[say:x]]")
    third = await rig.ask("[[say:three]]")
    assert third.text == "three"
    assert not first.is_running()
    await rig.agent.close()
    rig.limits = replace(QUICK, recycle_mb=10)
    rig.start()
    assert (await rig.ask("[[say:grown]]")).text == "grown"
    assert await rig.none_left()


async def test_a_process_that_died_between_turns_is_replaced(rig: Rig) -> None:
    await rig.ask("[[say:one]]")
    rig.claudes()[0].kill()
    again = await rig.ask("[[say:two]] [[nmsg]]")

    assert again.text == "two nmsg=4"


async def test_what_a_killed_sempre_left_running_is_ended_by_the_next_one(
    rig: Rig, clean_environment: dict[str, str]
) -> None:
    rig.work.mkdir()
    script = write_tool("Bash", command=ENDLESS) + " [[say:x]]"
    host = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.agents.claude.host"),
        *(str(rig.root), rig.model_url or "", rig.gate.url, script),
        env=clean_environment,
        cwd=Path(__file__).parents[3],
    )
    assert await rig.command_runs()
    host.send_signal(signal.SIGKILL)
    await host.wait()
    assert rig.programs()
    agent = rig.start()
    await agent.open()

    assert await rig.none_left()
    assert list(rig.state.iterdir()) == []


async def test_a_foreign_program_with_a_recorded_number_is_not_touched(tmp_path: Path) -> None:
    launches = Launches(tmp_path)
    launch = launches.new()
    stranger = await asyncio.create_subprocess_exec(
        "sleep", "30", env={**os.environ, MARK: "another"}
    )
    (launch.folder / "pid.json").write_text(f'{{"pid": {stranger.pid}, "created": 1.0}}')
    assert launches.reap() == 1
    await asyncio.sleep(0.1)

    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


def _session(program: psutil.Process) -> str:
    line = program.cmdline()
    return next(part for part in line if part.startswith("--session-id=")).partition("=")[2]
