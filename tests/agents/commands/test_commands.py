"""Commands really run here, in a shell, and really are killed."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from sempre.agents.commands import CommandAgent, Commands
from sempre.agents.commands.report import TIMED_OUT, Report, read
from sempre.contract.agents import Ending, Outcome, Question, Session
from sempre.errors import MisconfiguredError
from tests.support.patience import PATIENCE


@dataclass
class Heard:
    told: list[tuple[str, dict[str, object]]] = field(
        default_factory=list[tuple[str, dict[str, object]]]
    )
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, kind: str, details: Mapping[str, object]) -> None:
        self.told.append((kind, dict(details)))
        if kind == "turn.output":
            self.some.set()

    @property
    def output(self) -> str:
        return "".join(str(each["text"]) for kind, each in self.told if kind == "turn.output")


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard = Heard()
        self.work = Commands(directory=folder, commands=(), seconds=PATIENCE)
        self.agent = CommandAgent(work=self._work, state=folder.parent / "state")

    async def _work(self, _question: Question) -> Commands:
        return self.work

    async def run(self, *commands: str, seconds: float = PATIENCE) -> Outcome:
        self.work = Commands(directory=self.folder, commands=commands, seconds=seconds)
        session = Session(id="s", started=False)
        question = Question(
            turn_id="t",
            attempt_id="a",
            channel="board:x/X-1",
            text="",
            message_id="m",
            session=session,
        )
        return await self.agent.answer(question, self.heard)

    async def report(self, *commands: str, seconds: float = PATIENCE) -> Report:
        outcome = await self.run(*commands, seconds=seconds)
        assert outcome.ending is Ending.ANSWERED
        found = read(outcome.text or "")
        assert found is not None
        return found


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "work").mkdir()
    made = Bench(tmp_path / "work")
    yield made
    await made.agent.close()


async def test_all_that_pass_pass(bench: Bench) -> None:
    report = await bench.report("echo one", "echo two")
    assert (report.code, report.command) == (0, "echo two")
    assert bench.heard.output == "one\ntwo\n"
    kinds = [kind for kind, _ in bench.heard.told]
    assert kinds == ["turn.command", "turn.output", "turn.command_ended"] * 2


async def test_the_first_that_fails_is_the_last_that_runs(bench: Bench) -> None:
    report = await bench.report("echo before", "echo broken >&2; exit 3", "touch never")
    assert (report.code, report.command) == (3, "echo broken >&2; exit 3")
    assert report.output == "broken\n"
    assert not (bench.folder / "never").exists()


async def test_colours_and_broken_bytes_come_through_as_they_can(bench: Bench) -> None:
    report = await bench.report(r"printf '\033[31mred\033[0m \377 caf\303\251\n'")
    assert report.output == "\x1b[31mred\x1b[0m \ufffd café\n"


async def test_nothing_of_ours_is_in_their_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
    monkeypatch.setenv("SEMPRE_DATABASE_URL", "postgresql://canary")
    report = await bench.report("env")
    assert "canary" not in report.output
    assert "CI=true" in report.output


async def test_too_much_output_is_cut_in_the_log_and_its_end_is_kept(bench: Bench) -> None:
    report = await bench.report("yes 0123456789 | head -c 3000000; echo the end")
    assert report.output.endswith("the end\n")
    assert len(bench.heard.output) < 1_100_000
    assert "left out" in bench.heard.output


async def test_at_the_time_limit_it_is_ended_and_has_failed(bench: Bench) -> None:
    report = await bench.report("echo begun; sleep 300", seconds=2)
    assert report.code == TIMED_OUT
    assert "begun" in report.output
    assert "time limit" in report.output


async def test_stopped_by_a_person_nothing_of_it_is_left(bench: Bench) -> None:
    script = "sleep 301 & (setsid sleep 302 &) ; echo started; wait"
    running = asyncio.ensure_future(bench.run(script))
    async with asyncio.timeout(PATIENCE):
        await bench.heard.some.wait()
        assert await bench.agent.interrupt("t")
        outcome = await running
    assert outcome.ending is Ending.CANCELLED
    assert not sleepers(bench.folder)


async def test_what_it_leaves_running_ends_with_it_and_is_not_waited_for(bench: Bench) -> None:
    async with asyncio.timeout(PATIENCE):
        report = await bench.report("sleep 303 & echo done")
    assert report.passed
    assert not sleepers(bench.folder)


async def test_a_stop_of_sempre_is_no_outcome_and_leaves_nothing(bench: Bench) -> None:
    running = asyncio.ensure_future(bench.run("echo started; sleep 304"))
    async with asyncio.timeout(PATIENCE):
        await bench.heard.some.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert not sleepers(bench.folder)


async def test_a_folder_that_is_gone_fails_the_command(bench: Bench) -> None:
    bench.folder.rmdir()
    assert not (await bench.report("true")).passed
    bench.folder.mkdir()


async def test_work_that_cannot_be_fails_the_turn_at_once(bench: Bench) -> None:
    async def none(_question: Question) -> Commands:
        raise MisconfiguredError("No worktree.", remedy="Run it anew.", code="no_worktree")

    bench.agent = CommandAgent(work=none, state=bench.folder.parent / "state")
    outcome = await bench.run("true")
    assert outcome.ending is Ending.INVALID
    assert outcome.failure is not None
    assert outcome.failure.kind == "no_worktree"


def sleepers(folder: Path) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for each in psutil.process_iter(["name"]):
        try:
            if each.info["name"] == "sleep" and each.cwd() == os.fspath(folder):
                found.append(each)
        except psutil.Error:
            continue
    return found


async def test_a_program_that_got_away_and_holds_the_pipe_is_not_waited_for(bench: Bench) -> None:
    report = await bench.report("setsid env -i sleep 305 & echo $! > pid; echo done", seconds=20)
    psutil.Process(int((bench.folder / "pid").read_text())).kill()
    assert report.code == 0
