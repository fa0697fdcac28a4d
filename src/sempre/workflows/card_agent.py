"""Who answers on a card's channel: the board's test commands for the test stage, an agent for all else. The board's setup
commands come before the first of them in a worktree."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from sempre.agents.commands import CommandAgent, Commands
from sempre.agents.commands.report import read
from sempre.board import Board
from sempre.contract.agents import Agent, Ending, Outcome, Question, Sink
from sempre.contract.messages import Failure
from sempre.errors import MisconfiguredError
from sempre.workflows.card_memory import runs_commands
from sempre.workflows.card_standing import At, Standing

_DONE = "sempre-setup"


class CardAgent:
    """`model` is the agent that works; `folder` gives git's own folder for a worktree, where nobody else writes."""

    name = "card"

    def __init__(
        self,
        *,
        model: Agent,
        standing: Standing,
        folder: Callable[[At], Awaitable[Path]],
        state: Path,
    ) -> None:
        self._model = model
        self._standing = standing
        self._folder = folder
        self._commands = CommandAgent(work=self._tests, state=state)
        self._here: set[str] = set()  # turns that are answered
        self._stopped: set[str] = set()  # and those of them that were stopped between two agents

    async def open(self) -> None:
        """End what a Sempre that was killed has left running."""
        await self._commands.open()

    def place(self, channel: str) -> AbstractAsyncContextManager[object]:
        """`Agent.place`: test commands need none of the places for live sessions."""
        return self._place(channel)

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        """`Agent.answer`."""
        self._here.add(question.turn_id)
        try:
            return await self._answer(question, sink)
        finally:
            self._here.discard(question.turn_id)
            self._stopped.discard(question.turn_id)

    async def _answer(self, question: Question, sink: Sink) -> Outcome:
        try:
            at = await self._standing.required(question.channel)
            mark = (await self._folder(at)) / _DONE
        except MisconfiguredError as error:
            return _failed(question, error.code, error.message)
        if question.turn_id in self._stopped:
            return _cancelled(question)
        if (stopped := await self._set_up(question, sink, at, mark)) is not None:
            return stopped
        if question.turn_id in self._stopped:
            return _cancelled(question)
        agent = self._commands if runs_commands(at.visit) else self._model
        return await agent.answer(question, sink)

    async def interrupt(self, turn_id: str) -> bool:
        """`Agent.interrupt`."""
        if await self._commands.interrupt(turn_id) or await self._model.interrupt(turn_id):
            return True
        if turn_id in self._here:
            self._stopped.add(turn_id)
        return turn_id in self._here

    async def close(self) -> None:
        """`Agent.close`; the model is closed by whoever opened it."""
        await self._commands.close()

    @asynccontextmanager
    async def _place(self, channel: str) -> AsyncIterator[object]:
        try:
            free = runs_commands((await self._standing.required(channel)).visit)
        except MisconfiguredError:  # `answer` says so
            free = True
        async with (self._commands if free else self._model).place(channel):
            yield None

    async def _tests(self, question: Question) -> Commands:
        at = await self._standing.required(question.channel)
        if not at.board.settings.test:
            raise MisconfiguredError(
                f"The board {at.board.id} has no test commands, so nothing can pass its test stage.",
                remedy="Set them in the board's settings, then retry the stage.",
                code="no_tests",
            )
        return _commands(at, at.board.settings.test)

    async def _set_up(self, question: Question, sink: Sink, at: At, mark: Path) -> Outcome | None:
        """What stops the turn; None: the worktree is ready."""
        wanted = _digest(at.board)
        if not at.board.settings.setup or await asyncio.to_thread(_said, mark) == wanted:
            return None

        async def work(_question: Question) -> Commands:
            return _commands(at, at.board.settings.setup)

        outcome = await self._commands.perform(question, sink, work)
        report = read(outcome.text or "")
        if outcome.ending is not Ending.ANSWERED or report is None:
            return outcome
        if not report.passed:
            return _failed(
                question,
                "setup_failed",
                f"The board's setup command `{report.command}` ended with exit code {report.code}. Mend it or the "
                "board's settings, then retry the stage.",
            )
        await asyncio.to_thread(mark.write_text, wanted, "utf-8")
        return None


def _commands(at: At, commands: tuple[str, ...]) -> Commands:
    seconds = at.board.settings.test_seconds
    return Commands(directory=at.directory, commands=commands, seconds=seconds)


def _digest(board: Board) -> str:
    return hashlib.sha256("\0".join(board.settings.setup).encode()).hexdigest()


def _said(mark: Path) -> str:
    try:
        return mark.read_text("utf-8")
    except OSError:
        return ""


def _failed(question: Question, kind: str, message: str) -> Outcome:
    failure = Failure(kind=kind, message=message)
    return Outcome(ending=Ending.INVALID, session=question.session, failure=failure)


def _cancelled(question: Question) -> Outcome:
    failure = Failure(kind="cancelled", message="A person stopped it.")
    return Outcome(ending=Ending.CANCELLED, session=question.session, failure=failure)
