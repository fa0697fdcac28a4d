"""Commands that a person set, run one after the other until one fails. Its exit code is the answer; nothing that it
says is believed."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import structlog

from sempre import clock, environment, tasks
from sempre.agents import descendants
from sempre.agents.commands.output import Output
from sempre.agents.commands.report import TIMED_OUT, Report
from sempre.agents.commands.shell import ShellProcess
from sempre.agents.launches import Launches
from sempre.contract.agents import Ending, Outcome, Question, Sink
from sempre.contract.messages import Failure
from sempre.errors import MisconfiguredError

_log = structlog.stdlib.get_logger(__name__)
_NOT_STARTED = 127
_NO_COMMANDS = "(no commands)"


@dataclass(frozen=True, kw_only=True)
class Commands:
    """What to run in which folder, and how many seconds all of it may take."""

    directory: Path
    commands: tuple[str, ...]
    seconds: float


Work = Callable[[Question], Awaitable[Commands]]
"""What a turn is to run. It raises MisconfiguredError when that can't be."""


class CommandAgent:
    """`state` is a private folder for what must outlive a kill -9 (which processes we started)."""

    name = "commands"

    def __init__(self, *, work: Work, state: Path) -> None:
        self._work = work
        self._launches = Launches(state)
        self._running: dict[str, asyncio.Task[Outcome]] = {}
        self._cancelled: set[str] = set()

    def place(self, channel: str) -> AbstractAsyncContextManager[None]:
        """`Agent.place`: whoever lets runs begin limits how many there are."""
        del channel
        return nullcontext()

    async def open(self) -> None:
        """End what a Sempre that was killed has left running."""
        await asyncio.to_thread(self._launches.reap)

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        """`Agent.answer`: the answer is a written Report."""
        return await self.perform(question, sink, self._work)

    async def perform(self, question: Question, sink: Sink, work: Work) -> Outcome:
        """The same with other commands, for this turn."""
        task = tasks.spawn(self._perform(question, sink, work), name=f"commands-{question.turn_id}")
        self._running[question.turn_id] = task
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            await tasks.stop(task)
            raise
        finally:
            self._running.pop(question.turn_id, None)
        if task.cancelled():
            stopped = question.turn_id in self._cancelled
            self._cancelled.discard(question.turn_id)
            ending = Ending.CANCELLED if stopped else Ending.STOPPED
            return _failed(question, ending, ending.value, "It was stopped before it had ended.")
        return task.result()

    async def interrupt(self, turn_id: str) -> bool:
        """`Agent.interrupt`."""
        work = self._running.get(turn_id)
        if work is not None:
            self._cancelled.add(turn_id)
            work.cancel()
        return work is not None

    async def close(self) -> None:
        """`Agent.close`."""
        await tasks.stop(*self._running.values())

    async def _run(self, work: Commands, sink: Sink) -> Report:
        """Until one fails, all have passed, or the time is over."""
        report, end = Report(code=0, command=_NO_COMMANDS, output=""), clock.ticks() + work.seconds
        for command in work.commands:
            report = await self._command(command, work.directory, sink, end)
            if not report.passed:
                break
        return report

    async def _perform(self, question: Question, sink: Sink, work: Work) -> Outcome:
        try:
            report = await self._run(await work(question), sink)
        except MisconfiguredError as error:
            return _failed(question, Ending.INVALID, error.code, error.message)
        except Exception:  # noqa: BLE001  (`answer` never raises: a bug of ours is an attempt that failed)
            _log.exception("commands.failed", turn=question.turn_id)
            message = "Sempre failed while it ran the commands; its log says where."
            return _failed(question, Ending.ERROR, "internal", message)
        return Outcome(ending=Ending.ANSWERED, session=question.session, text=report.written())

    async def _command(self, command: str, directory: Path, sink: Sink, end: float) -> Report:
        began = clock.ticks()
        output = Output(lambda text: sink.tell("turn.output", {"text": text}))
        sink.tell("turn.command", {"command": command})
        try:
            async with asyncio.timeout(max(end - clock.ticks(), 0)):
                code = await self._one(command, directory, output)
        except TimeoutError:
            code = TIMED_OUT
            output.take(b"\nThe time limit of the commands is over; they were ended.\n")
        except OSError as error:
            code = _NOT_STARTED
            output.take(f"The command did not start: {error}\n".encode())
        took = int((clock.ticks() - began) * 1000)
        sink.tell("turn.command_ended", {"command": command, "code": code, "duration_ms": took})
        return Report(code=code, command=command, output=output.tail)

    async def _one(self, command: str, directory: Path, output: Output) -> int:
        launch = self._launches.new()
        given = surroundings(os.environ, directory, launch.mark)
        try:
            process = await ShellProcess.start(
                command, directory=directory, given=given, mark=launch.mark
            )
            try:
                launch.started(process.pid)
                async for piece in process.output():
                    output.take(piece)
                output.take(b"", final=True)
                return await process.code()
            finally:
                await asyncio.shield(process.end())
        finally:
            launch.remove()


def surroundings(parent: Mapping[str, str], directory: Path, mark: str) -> dict[str, str]:
    """The whole environment of a command. `CI`: nobody is there to answer questions or to watch."""
    return {
        **environment.inherited(parent),
        "CI": "true",
        "PWD": str(directory),
        descendants.MARK: mark,
    }


def _failed(question: Question, ending: Ending, kind: str, message: str) -> Outcome:
    failure = Failure(kind=kind, message=message)
    return Outcome(ending=ending, session=question.session, failure=failure)
