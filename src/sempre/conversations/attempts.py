"""Attempts at a turn: when one may begin, and how its end is booked.

An attempt that is found running when the next begins was broken off by a crash, and counts; an orderly stop
marks its attempts before, and they don't.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sempre import clock, ids
from sempre.contract.agents import Ending, Outcome, Question, Session
from sempre.contract.messages import Failure, TurnState
from sempre.conversations._store import attempts, dead_letters, sessions, turns
from sempre.conversations.attempt_events import tell_end, tell_ended, tell_started
from sempre.conversations.consequence import Consequence, consequence_of
from sempre.conversations.limits import Limits
from sempre.conversations.turn import Attempt, Turn
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.db import Session as DbSession
from sempre.errors import ConflictError
from sempre.events import Log

_CRASHED = Failure(
    kind="crashed",
    message="Sempre or the machine went down while this was being answered. "
    "Look at what it had done so far, then retry it.",
)


@dataclass(frozen=True, kw_only=True)
class Try:
    """What to do next with a turn: ask the agent this question, wait until a moment, or nothing (it has ended)."""

    question: Question | None = None
    wait_until: datetime | None = None


class Attempts:
    def __init__(self, db: Database, keyring: Keyring, log: Log, limits: Limits) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log
        self._limits = limits
        self._running: dict[str, str] = {}  # attempts of this process: attempt id -> turn id

    async def of_turn(self, turn_id: str) -> Sequence[Attempt]:
        async with self._db.reading() as session:
            return await attempts.of_turn(session, self._keyring, turn_id)

    @property
    def running(self) -> Sequence[str]:
        """Turns that this process works on now."""
        return list(self._running.values())

    async def begin(self, turn_id: str, memory: Session) -> Try:
        """Start an attempt, committed before anything is handed over; or say why not."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended:
                return Try()
            every = await attempts.of_turn(session, self._keyring, turn_id)
            earlier = every[turn.forgotten_attempts :]
            crashed = [attempt for attempt in earlier if attempt.state == attempts.RUNNING]
            if turn.cancel_requested:
                await self._mark_crashed(session, crashed, now, counted=False)
                await self._cancel(session, turn, now)
                return Try()
            turn, ended = await self._count_crashes(session, turn, crashed, now)
            if ended:
                return Try()
            if turn.retry_at is not None and now < turn.retry_at <= now + self._limits.longest:
                return Try(wait_until=turn.retry_at)
            question = self._question(turn, earlier, memory, interrupted=_broken_off(earlier))
            await self._insert(session, turn, question, number=len(every) + 1, now=now)
        self._running[question.attempt_id] = turn_id
        tell_started(self._log, turn, question, len(every) + 1)
        return Try(question=question)

    async def end(self, question: Question, outcome: Outcome) -> datetime | None:
        """Book how the attempt ended. Gives the moment to try again, or None when the turn has ended.
        Raises ConflictError when another process has taken the attempt over."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, question.turn_id, lock=True)
            follows = consequence_of(
                turn, outcome, limits=self._limits, keyring=self._keyring, now=now
            )
            booked = await attempts.end(
                session,
                self._keyring,
                question.attempt_id,
                outcome.ending.value,
                counted=follows.counted,
                failure=outcome.failure,
                now=now,
            )
            if not booked:
                raise ConflictError(
                    "This attempt was taken over by another process; what came of it here is left out."
                )
            if outcome.session != question.session:
                await sessions.follow(
                    session, turn.channel, question.session, outcome.session, now=now
                )
            await self._apply(session, turn, follows, now)
        self._running.pop(question.attempt_id, None)
        tell_ended(self._log, turn, follows, outcome, now)
        return outcome.until if outcome.ending is Ending.WAITING else follows.retry_at

    async def break_off(self, question: Question) -> None:
        """This process stops in order: the attempt is marked so, and does not count."""
        async with self._db.transaction() as session:
            if await attempts.stop(session, question.attempt_id, clock.now()):
                await turns.update(session, question.turn_id, {"state": TurnState.QUEUED})
        self._running.pop(question.attempt_id, None)

    async def park(self, turn_id: str, kind: str, reason: str, until: datetime | None) -> None:
        """Nothing is tried before; the turn shows why."""
        failure = Failure(kind=kind, message=reason)
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended or (turn.failure == failure and turn.retry_at == until):
                return
            values = turns.failure_values(self._keyring, turn_id, failure)
            await turns.update(
                session, turn_id, {"state": TurnState.PARKED, "retry_at": until, **values}
            )

    async def wait(self, turn_id: str) -> None:
        """A person must decide something first. Nothing changes when it waits already."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended or turn.state is TurnState.WAITING:
                return
            for attempt in await attempts.of_turn(session, self._keyring, turn_id):
                if attempt.state == attempts.RUNNING:  # a crash came before its end was noted
                    await attempts.end(
                        session,
                        self._keyring,
                        attempt.id,
                        Ending.WAITING.value,
                        counted=False,
                        failure=None,
                        now=now,
                    )
            await self._apply(session, turn, Consequence(state=TurnState.WAITING), now)

    async def fail(self, turn_id: str, failure: Failure) -> None:
        """It can't go on, whatever is tried; a person may have it begin anew."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended:
                return
            follows = Consequence(state=TurnState.FAILED, failure=failure)
            await self._apply(session, turn, follows, now)
        tell_end(self._log, turn, follows)

    async def _apply(
        self, session: DbSession, turn: Turn, follows: Consequence, now: datetime
    ) -> None:
        values: dict[str, object] = {
            "state": follows.state,
            "retry_at": follows.retry_at,
            **turns.failure_values(self._keyring, turn.id, follows.failure),
            **follows.values,
        }
        if follows.state.ended:
            values["finished_at"] = now
        await turns.update(session, turn.id, values)
        if follows.state is TurnState.FAILED and follows.failure is not None:
            await dead_letters.insert(
                session,
                self._keyring,
                letter_id=ids.new_id(),
                turn_id=turn.id,
                channel=turn.channel,
                failure=follows.failure,
                now=now,
            )

    async def _cancel(self, session: DbSession, turn: Turn, now: datetime) -> None:
        follows = Consequence(state=TurnState.CANCELLED)
        await self._apply(session, turn, follows, now)
        tell_end(self._log, turn, follows)

    async def _count_crashes(
        self, session: DbSession, turn: Turn, crashed: Sequence[Attempt], now: datetime
    ) -> tuple[Turn, bool]:
        """An attempt that still runs here was broken off by a crash; too many of those end the turn too."""
        if not crashed:
            return turn, False
        await self._mark_crashed(session, crashed, now, counted=True)
        failed = turn.errors + len(crashed)
        if failed < self._limits.attempts:
            await turns.update(session, turn.id, {"errors": failed})
            return await turns.get(session, self._keyring, turn.id), False
        follows = Consequence(state=TurnState.FAILED, failure=_CRASHED, values={"errors": failed})
        await self._apply(session, turn, follows, now)
        tell_end(self._log, turn, follows)
        return turn, True

    async def _mark_crashed(
        self, session: DbSession, crashed: Sequence[Attempt], now: datetime, *, counted: bool
    ) -> None:
        for attempt in crashed:
            await attempts.end(
                session,
                self._keyring,
                attempt.id,
                attempts.CRASHED,
                counted=counted,
                failure=_CRASHED,
                now=now,
            )

    def _question(
        self, turn: Turn, earlier: Sequence[Attempt], memory: Session, *, interrupted: bool
    ) -> Question:
        return Question(
            turn_id=turn.id,
            attempt_id=ids.new_id(),
            channel=turn.channel,
            text=turn.prompt,
            message_id=ids.random_uuid(),
            session=memory,
            earlier=tuple(a.message_id for a in earlier if a.session_id == memory.id),
            interrupted=interrupted,
        )

    async def _insert(
        self, session: DbSession, turn: Turn, question: Question, *, number: int, now: datetime
    ) -> None:
        await attempts.insert(
            session,
            attempt_id=question.attempt_id,
            turn_id=turn.id,
            number=number,
            message_id=question.message_id,
            session_id=question.session.id,
            resumed=question.session.started,
            now=now,
        )
        values: dict[str, object] = {
            "state": TurnState.RUNNING,
            "attempts": turn.attempts + 1,
            "session_id": question.session.id,
            "started_at": turn.started_at or now,
            "retry_at": None,
            **turns.failure_values(self._keyring, turn.id, None),
        }
        await turns.update(session, turn.id, values)


def _broken_off(earlier: Sequence[Attempt]) -> bool:
    """Whether the last attempt ended with its effects unknown."""
    unknown = {attempts.RUNNING, attempts.CRASHED, attempts.STOPPED, Ending.BUDGET.value}
    return bool(earlier) and earlier[-1].state in unknown
