"""Claude Code as an agent: a question goes to its channel's live session, what it says to the sink, and what came
of it back as an Outcome. Keeps no state that a restart would miss."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from sempre import tasks
from sempre.agents.claude import prompt, transcript
from sempre.agents.claude.access import Access
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Passes
from sempre.agents.claude.pool import Pool
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.starter import Starter
from sempre.agents.launches import Launches, StartError
from sempre.contract.agents import Ending, Outcome, Question, Session, Sink
from sempre.contract.gate import Meter, Tell
from sempre.contract.messages import Failure
from sempre.errors import MisconfiguredError

if TYPE_CHECKING:  # they need the agent SDK, which is imported when there is something to answer
    from sempre.agents.claude.exchange import Exchange
    from sempre.agents.claude.reply import Reply

_log = structlog.stdlib.get_logger(__name__)


@dataclass
class _Attempt:
    """One running `answer`, as far as a person's stop must know it."""

    work: asyncio.Task[Outcome] | None = None
    exchange: "Exchange | None" = None
    cancelled: bool = False


class ClaudeAgent:
    """`profile` is asked for each question's channel; it raises MisconfiguredError when that can't work.

    `state` is a private folder for what must outlive a kill -9 (which processes we started). `meter` books the
    calls in login mode; otherwise the gateway does. `tell` is told what happens outside of turns.
    """

    name = "claude"

    def __init__(
        self,
        *,
        profile: Callable[[str], Awaitable[Profile]],
        access: Access,
        passes: Passes,
        state: Path,
        limits: Limits | None = None,
        meter: Meter | None = None,
        tell: Tell | None = None,
    ) -> None:
        self._profile = profile
        self._access = access
        self._limits = limits or Limits()
        self._launches = Launches(state)
        self._starter = Starter(access, self._limits, self._launches, passes, meter)
        self._pool = Pool(self._starter, self._limits, tell)
        self._places = asyncio.Semaphore(self._limits.alive)
        self._attempts: dict[str, _Attempt] = {}
        self._uncertain: set[str] = set()  # turns whose last attempt broke off here, in the middle

    @property
    def alive(self) -> int:
        """How many processes live now."""
        return self._pool.alive

    def place(self, channel: str) -> AbstractAsyncContextManager[None]:
        """`Agent.place`: as many as processes may be alive."""
        del channel
        return self._places

    async def open(self) -> None:
        """End what a Sempre that was killed has left running. To be called before the first question."""
        await asyncio.to_thread(self._launches.reap)

    async def warm_up(self) -> None:
        """Import the agent SDK ahead of the first question, off the loop."""
        await self._starter.warm_up()

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        """`Agent.answer`. The work is a task of its own, so that a person's stop can end it wherever it is."""
        attempt = _Attempt()
        attempt.work = tasks.spawn(
            self._answer(question, sink, attempt), name=f"claude-turn-{question.turn_id}"
        )
        self._attempts[question.turn_id] = attempt
        try:
            await asyncio.wait({attempt.work})
        except asyncio.CancelledError:
            await tasks.stop(attempt.work)
            raise
        finally:
            self._attempts.pop(question.turn_id, None)
        if attempt.work.cancelled():
            return self._broken_off(question, attempt)
        return attempt.work.result()

    async def interrupt(self, turn_id: str) -> bool:
        """`Agent.interrupt`."""
        attempt = self._attempts.get(turn_id)
        if attempt is None or attempt.work is None:
            return False
        attempt.cancelled = True
        if attempt.exchange is None:  # it waits for a process, or one is being started
            attempt.work.cancel()
        else:
            await attempt.exchange.cancel()
        return True

    async def release(self, channel: str) -> None:
        """Nothing is to be answered there for now: its process goes, its session stays."""
        await self._pool.release(channel)

    async def close(self) -> None:
        """`Agent.close`: running answers end as STOPPED, and every process of ours is gone when it returns."""
        await tasks.stop(*(attempt.work for attempt in self._attempts.values() if attempt.work))
        await self._pool.close()

    async def _answer(self, question: Question, sink: Sink, attempt: _Attempt) -> Outcome:
        try:
            profile = await self._profile(question.channel)
            _check(profile)
            if question.earlier and (adopted := await asyncio.to_thread(self._adopt, question)):
                sink.tell("turn.note", {"code": "adopted", "message": _ADOPTED})
                return adopted
            return await self._converse(question, profile, sink, attempt)
        except MisconfiguredError as error:
            return _failed(question.session, Ending.MISCONFIGURED, error.code, error.message)
        except StartError as error:
            message = f"Claude Code did not start: {error}"
            return _failed(question.session, Ending.ERROR, "not_started", message)
        except Exception:  # noqa: BLE001  (`answer` never raises: a bug of ours is an attempt that failed)
            _log.exception("claude.attempt_failed", turn=question.turn_id)
            message = "Sempre failed while it asked Claude Code; its log says where."
            return _failed(question.session, Ending.ERROR, "internal", message)

    async def _converse(
        self, question: Question, profile: Profile, sink: Sink, attempt: _Attempt
    ) -> Outcome:
        """A process that turns out to have died while it was idle costs no attempt; one that does not go on by
        itself after all is asked."""
        if question.continues is not None:
            question = await asyncio.to_thread(self._checked, question, question.continues)
        taken, outcome = await self._ask(question, profile, sink, attempt)
        kind = outcome.failure.kind if outcome.failure is not None else ""
        if question.continues and kind == "not_accepted":
            question = replace(question, continues=None, interrupted=True)
            _, outcome = await self._ask(question, profile, sink, attempt)
        elif not taken and kind == "died":
            _, outcome = await self._ask(question, profile, sink, attempt)
        self._remember(question.turn_id, outcome)
        return outcome

    async def _ask(
        self, question: Question, profile: Profile, sink: Sink, attempt: _Attempt
    ) -> tuple[bool, Outcome]:
        """Whether the prompt was taken up, and what came of it."""
        following = question if question.continues else None
        async with self._pool.lease(
            question.channel, question.session, profile, sink, following=following
        ) as running:
            if not running.follows:
                running.caller.begin(question.turn_id, question.attempt_id)
            exchange = running.exchange(question.message_id, profile, sink, self._limits)
            attempt.exchange = exchange
            try:
                if running.follows:
                    reply = await exchange.follow(question.continues or "")
                else:
                    reply = await exchange.run(self._wording(question))
                # A process whose turn was put off can't go on; one that went on by itself takes no prompt up.
                if running.follows or reply.ending is Ending.WAITING:
                    running.ends_as = "waiting" if reply.ending is Ending.WAITING else "worn"
                    # In order takes it 1.4 s after a break-off, and a person waits.
                    cancelled = reply.ending is Ending.CANCELLED
                    await (running.live.kill() if cancelled else running.live.stop())
            except asyncio.CancelledError:
                await running.live.stop()
                raise
            finally:
                attempt.exchange = None
                running.caller.end()
        return exchange.taken, self._outcome(running.live.id, reply)

    def _wording(self, question: Question) -> str:
        """What it did before may have taken effect, also when it can't go on from where it was put off."""
        uncertain = question.interrupted or question.continues is not None
        return prompt.wording(question.text, uncertain or question.turn_id in self._uncertain)

    def _checked(self, question: Question, call: str) -> Question:
        """It goes on with the call only if that still waits in its transcript; else it is asked again."""
        path = transcript.find(self._access.config_directory, question.session.id)
        if path is not None and transcript.is_put_off(path, call):
            # A crash may have come before it was noted that the session had begun.
            return replace(question, session=Session(id=question.session.id, started=True))
        return replace(question, continues=None, interrupted=True)

    def _outcome(self, session_id: str, reply: "Reply") -> Outcome:
        return Outcome(
            ending=reply.ending,
            session=self._session(session_id, reply.ending),
            text=reply.text,
            model=reply.model,
            usage=reply.usage,
            failure=reply.failure,
            until=reply.until,
            waits_for=reply.waits_for,
        )

    def _remember(self, turn_id: str, outcome: Outcome) -> None:
        if outcome.failure is not None and outcome.failure.kind in _IN_THE_MIDDLE:
            self._uncertain.add(turn_id)
        else:
            self._uncertain.discard(turn_id)

    def _adopt(self, question: Question) -> Outcome | None:
        """The answer to an earlier attempt, when it reached the transcript before we could note it down."""
        if not question.earlier:
            return None
        path = transcript.find(self._access.config_directory, question.session.id)
        answer = path and transcript.find_answer(path, question.earlier)
        if not answer:
            return None
        return Outcome(
            ending=Ending.ANSWERED,
            session=Session(id=question.session.id, started=True),
            text=answer.text,
            model=answer.model,
            adopted=True,
        )

    def _session(self, session_id: str, ending: Ending) -> Session:
        """Begun is what has a transcript: one that was killed in its first moment is not to be resumed."""
        begun = ending is Ending.ANSWERED or transcript.find(
            self._access.config_directory, session_id
        )
        return Session(id=session_id, started=bool(begun))

    def _broken_off(self, question: Question, attempt: _Attempt) -> Outcome:
        if attempt.cancelled:
            return _failed(question.session, Ending.CANCELLED, "cancelled", "A person stopped it.")
        return _failed(question.session, Ending.STOPPED, "stopped", "Sempre is stopping.")


_IN_THE_MIDDLE = frozenset({"died", "hung", "silence", "time_limit", "aborted", "no_result"})
_ADOPTED = "The answer stood in the session's transcript already; it was not asked for again."


def _check(profile: Profile) -> None:
    if not profile.directory.is_dir():
        raise MisconfiguredError(
            f"The worker's directory {profile.directory} is not there.",
            remedy="Create it or set another one, then resume the worker.",
            code="no_directory",
        )


def _failed(session: Session, ending: Ending, kind: str, message: str) -> Outcome:
    return Outcome(ending=ending, session=session, failure=Failure(kind=kind, message=message))
