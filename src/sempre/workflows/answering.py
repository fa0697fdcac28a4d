"""The answering step of a turn: may its channel go on, begin an attempt, ask the agent, book how it ended.

Nothing may leave here as an exception: the engine would record it as the turn's outcome for ever.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from sempre import clock, crash
from sempre.contract.agents import Agent, Ending, Outcome, Question, Session
from sempre.contract.channel import Remembering
from sempre.contract.messages import Failure
from sempre.conversations import Attempts, ChannelRow, Channels, Turn, Turns
from sempre.events import Log

_log = structlog.stdlib.get_logger(__name__)
_AFTER_A_FAULT = 5.0  # seconds
_LONGEST = 24 * 3600.0  # seconds; then the turn looks again, whether somebody woke it or not

_STOPS = frozenset({Ending.AUTHENTICATION, Ending.MISCONFIGURED})
_PARKS = frozenset({Ending.QUOTA})


class Answering:
    """`agent` says who answers on a channel, `memory` who keeps a session file for it. Once `stopping` is set,
    an attempt that was broken off is not booked: the next start takes it up."""

    def __init__(
        self,
        *,
        turns: Turns,
        attempts: Attempts,
        channels: Channels,
        log: Log,
        agent: Callable[[str], Agent | None],
        memory: Callable[[str], Remembering | None],
        stopping: asyncio.Event,
    ) -> None:
        self._turns = turns
        self._attempts = attempts
        self._channels = channels
        self._log = log
        self._agent = agent
        self._memory = memory
        self._stopping = stopping

    async def answer(self, turn_id: str) -> float | None:
        """Seconds to wait before the next try, or None when the turn has ended."""
        try:
            return await self._answer(turn_id)
        except Exception:  # noqa: BLE001  the edge of a step: whatever went wrong, the turn is tried again
            _log.exception("turn.fault", turn=turn_id, again_in=_AFTER_A_FAULT)
            return _AFTER_A_FAULT

    async def _answer(self, turn_id: str) -> float | None:
        turn = await self._turns.get(turn_id)
        if turn.state.ended:
            return None
        channel = await self._channels.get(turn.channel)
        if not turn.cancel_requested and (held := await self._held(turn, channel)) is not None:
            return held
        agent = self._agent(turn.channel)
        if agent is None:
            return await self._nobody(turn)
        async with agent.place(turn.channel):
            return await self._try(turn, agent, await self._session(channel))

    async def _try(self, turn: Turn, agent: Agent, session: Session) -> float | None:
        """One attempt, unless the turn has ended meanwhile or is to wait."""
        tried = await self._attempts.begin(turn.id, session)
        if tried.question is None:
            return None if tried.wait_until is None else _until(tried.wait_until)
        crash.point("turn.attempted")
        outcome = await self._ask(agent, tried.question, turn)
        crash.point("turn.agent_done")
        again = await self._attempts.end(tried.question, outcome)
        crash.point("turn.answered")
        await self._mind(turn, outcome, again)
        return None if again is None else _until(again)

    async def _ask(self, agent: Agent, question: Question, turn: Turn) -> Outcome:
        """The agent's outcome. When the process stops meanwhile, the attempt is marked as broken off and
        this is cancelled: the next start runs the step again."""
        try:
            outcome = await agent.answer(question, _Sink(self._log, turn))
            if self._stopping.is_set() and outcome.ending is not Ending.ANSWERED:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.shield(self._attempts.break_off(question))
            raise
        return outcome

    async def _held(self, turn: Turn, channel: ChannelRow) -> float | None:
        """How long the channel holds its turns back, if it does."""
        if channel.state == "open":
            return None
        if channel.state == "parked" and channel.state_until and channel.state_until <= clock.now():
            await self._channels.resume(turn.channel)
            return None
        kind = channel.state_kind or channel.state
        await self._attempts.park(turn.id, kind, channel.state_reason or "", channel.state_until)
        return _LONGEST if channel.state_until is None else _until(channel.state_until)

    async def _nobody(self, turn: Turn) -> float:
        reason = "No agent answers on this channel. Connect one, then resume the channel."
        await self._channels.stop(turn.channel, Ending.MISCONFIGURED.value, reason)
        await self._attempts.park(turn.id, Ending.MISCONFIGURED.value, reason, None)
        return _LONGEST

    async def _session(self, channel: ChannelRow) -> Session:
        """The session to go on with; a person may have reset it or named another in the session file."""
        session = await self._channels.session(channel)
        memory = self._memory(channel.id)
        if memory is None:
            return session
        wish = await memory.session_request(channel.id, session.id if session.started else None)
        if wish.kind == "reset":
            session = await self._channels.new_session(channel.id)
            self._log.append("session.reset", {"session_id": session.id}, channel=channel.id)
        elif wish.kind == "adopt" and wish.session_id is not None:
            session = Session(id=wish.session_id, started=True)
            await self._channels.set_session(channel.id, session)
            self._log.append("session.adopted", {"session_id": session.id}, channel=channel.id)
        return session

    async def _mind(self, turn: Turn, outcome: Outcome, again: datetime | None) -> None:
        """What an outcome means for the whole channel."""
        failure = outcome.failure or Failure(kind=outcome.ending.value, message="")
        if outcome.ending in _STOPS:
            await self._channels.stop(turn.channel, outcome.ending.value, failure.message)
        if outcome.ending in _PARKS and again is not None:
            await self._channels.park(turn.channel, outcome.ending.value, failure.message, again)
        memory = self._memory(turn.channel)
        if memory is not None and outcome.session.started:
            await memory.session_changed(turn.channel, outcome.session.id)


class _Sink:
    def __init__(self, log: Log, turn: Turn) -> None:
        self._log = log
        self._turn = turn

    def tell(self, kind: str, details: Mapping[str, object]) -> None:
        self._log.append(kind, details, channel=self._turn.channel, turn_id=self._turn.id)


def _until(moment: datetime) -> float:
    return min(max((moment - clock.now()).total_seconds(), 0.0), _LONGEST)
