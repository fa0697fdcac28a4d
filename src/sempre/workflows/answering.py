"""The answering half of a turn: may its channel go on, begin an attempt, ask the agent, book how it ended.

Nothing may leave here as an exception: the engine would record it as the turn's outcome for ever.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime

import structlog

from sempre import clock, crash
from sempre.contract.agents import Agent, Ending, Outcome, Question, Session
from sempre.contract.channel import Remembering
from sempre.contract.messages import Failure
from sempre.conversations import Attempts, ChannelRow, Channels, Suspension, Turn, Turns
from sempre.events import Log
from sempre.telemetry import context
from sempre.workflows.budgeting import Budgeting
from sempre.workflows.holds import LONGEST, Holds, seconds_until, unless_suspended
from sempre.workflows.waiting import Standing, Waiting

_log = structlog.stdlib.get_logger(__name__)
_AFTER_A_FAULT = 5.0  # seconds
_STALE = 0.05  # seconds

_KEPT = frozenset({Ending.ANSWERED, Ending.WAITING})  # also when the process stops meanwhile
_STOPS = frozenset({Ending.AUTHENTICATION, Ending.MISCONFIGURED})
_PARKS = frozenset({Ending.QUOTA})
_CUT_OFF = frozenset({Ending.BUDGET, Ending.ERROR, Ending.TRANSIENT, Ending.STOPPED})


class Answering:
    """`agent` says who answers on a channel, `memory` who keeps a session file for it. Once `stopping` is set,
    an attempt that was broken off is not booked: the next start takes it up."""

    def __init__(
        self,
        *,
        turns: Turns,
        attempts: Attempts,
        channels: Channels,
        waiting: Waiting,
        log: Log,
        agent: Callable[[str], Agent | None],
        memory: Callable[[str], Remembering | None],
        suspension: Suspension,
        budgeting: Budgeting,
        stopping: asyncio.Event,
    ) -> None:
        self._turns = turns
        self._attempts = attempts
        self._channels = channels
        self._waiting = waiting
        self._log = log
        self._agent = agent
        self._memory = memory
        self._suspension = suspension
        self._budgeting = budgeting
        self._holds = Holds(attempts=attempts, channels=channels, suspension=suspension)
        self._stopping = stopping

    async def answer(self, turn_id: str) -> float | None:
        """Seconds to wait before the next try, or None when the turn has ended."""
        with ExitStack() as lines:
            try:
                turn = await self._turns.get(turn_id)
                lines.enter_context(context.bound(request_id=turn.request_id, turn=turn.id))
                return await self._answer(turn)
            except Exception:  # noqa: BLE001  the edge of a turn: whatever went wrong, the turn is tried again
                _log.exception("turn.fault", turn=turn_id, again_in=_AFTER_A_FAULT)
                return _AFTER_A_FAULT

    async def _answer(self, turn: Turn) -> float | None:
        if turn.state.ended:
            await self._waiting.settle(turn)
            return None
        channel = await self._channels.get(turn.channel)
        standing = await self._waiting.standing(turn)
        if (left := await self._waiting.hold(turn, standing, channel.session_id)) is not None:
            return min(left, LONGEST)
        if (held := await self._held(turn, channel)) is not None:
            return held
        agent = self._agent(turn.channel)
        if agent is None:
            return await self._nobody(turn)
        came = clock.ticks()
        async with agent.place(turn.channel):
            if clock.ticks() - came > _STALE:  # it waited for its place: a person may have paused
                channel = await self._channels.get(turn.channel)
                if (held := await self._held(turn, channel)) is not None:
                    return held
            if (held := await self._budgeting.hold(turn)) is not None:
                return held
            try:
                return await self._try(turn, agent, await self._session(channel), standing)
            finally:
                await self._budgeting.settle(turn)

    async def _try(
        self, turn: Turn, agent: Agent, session: Session, standing: Standing
    ) -> float | None:
        """One attempt, unless the turn has ended meanwhile or is to wait."""
        if await self._waiting.is_over(turn, standing, session):
            return None
        tried = await self._attempts.begin(turn.id, session)
        if tried.question is None:
            if tried.wait_until is not None:
                return seconds_until(tried.wait_until)
            await self._waiting.settle(
                turn
            )  # it has ended meanwhile, and so has what it waited for
            return None
        crash.point("turn.attempted")
        await self._waiting.begin(standing)
        question = self._waiting.going_on(tried.question, standing)
        _log.info("turn.asked", channel=turn.channel, attempt=question.attempt_id)
        outcome = await self._ask(agent, question, turn)
        if outcome is None:
            return 0.0  # it looks again, and finds itself held
        crash.point("turn.agent_done")
        if outcome.ending is Ending.WAITING:
            outcome = await self._waiting.put_off(outcome)
            crash.point("turn.deferred")
        outcome = self._budgeting.dated(turn, outcome)
        again = await self._attempts.end(question, outcome)
        if outcome.ending is not Ending.ANSWERED:
            _log.info("turn.tried", channel=turn.channel, ending=outcome.ending.value)
        crash.point("turn.answered")
        if again is None:
            await self._waiting.settle(turn)
        await self._mind(turn, outcome, again)
        return None if again is None else seconds_until(again)

    async def _ask(self, agent: Agent, question: Question, turn: Turn) -> Outcome | None:
        """The agent's outcome; None when everything was suspended meanwhile. When the process stops meanwhile, the
        attempt is marked as broken off and this is cancelled: the next start runs it again."""
        try:
            answering = agent.answer(question, _Sink(self._log, turn))
            outcome = await unless_suspended(self._suspension, answering)
            if outcome is None or self._is_cut_off(outcome):
                await self._attempts.break_off(question)
                self._log.append(
                    "turn.interrupted", {"why": "suspended"}, channel=turn.channel, turn_id=turn.id
                )
                return None
            if self._stopping.is_set() and outcome.ending not in _KEPT:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.shield(self._attempts.break_off(question))
            raise
        return outcome

    def _is_cut_off(self, outcome: Outcome) -> bool:
        """While everything is suspended no call is made, so these are no errors of the agent's."""
        return self._suspension.current is not None and outcome.ending in _CUT_OFF

    async def _held(self, turn: Turn, channel: ChannelRow) -> float | None:
        return None if turn.cancel_requested else await self._holds.of(turn, channel)

    async def _nobody(self, turn: Turn) -> float:
        reason = "No agent answers on this channel. Connect one, then resume the channel."
        await self._channels.stop(turn.channel, Ending.MISCONFIGURED.value, reason)
        await self._attempts.park(turn.id, Ending.MISCONFIGURED.value, reason, None)
        return LONGEST

    async def _session(self, channel: ChannelRow) -> Session:
        """The session to go on with; a person may have reset it or named another in the session file."""
        session = await self._channels.session(channel)
        memory = self._memory(channel.id)
        if memory is None:
            return session
        wish = await memory.session_request(channel.id, session.id if session.started else None)
        if wish.kind == "reset":
            session = await self._channels.new_session(channel.id, by="session file")
        elif wish.kind == "adopt" and wish.session_id is not None:
            session = await self._adopted(channel, wish.session_id) or session
        return session

    async def _adopted(self, channel: ChannelRow, wanted: str) -> Session | None:
        """None when another channel has it: of two that write one session each loses what the other was told."""
        other = await self._channels.holder(wanted, besides=channel.id)
        if other is not None:
            name = other.partition(":")[2]
            reason = (
                f"{other} has this session, and two can't go on with one. Go on in a copy "
                f"(sempre sessions fork {name} --to WORKER), or let {name} begin anew first."
            )
            told = {"code": "session_taken", "session_id": wanted, "reason": reason}
            self._log.append("channel.notice", told, channel=channel.id)
            return None
        session = Session(id=wanted, started=True)
        await self._channels.set_session(channel.id, session, by="session file")
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
