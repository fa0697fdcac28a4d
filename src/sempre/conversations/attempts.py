"""Attempts at a turn: when one may begin, what its end means for the turn, and how long to wait before another.

An attempt that is found running when the next begins was broken off by a crash, and counts; an orderly stop
marks its attempts before, and they don't.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre import clock, ids
from sempre.contract.agents import Ending, Outcome, Question, Session
from sempre.contract.messages import Failure, TurnState
from sempre.conversations._store import attempts, dead_letters, sessions, turns
from sempre.conversations.turn import Attempt, Turn
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.db import Session as DbSession
from sempre.errors import ConflictError
from sempre.events import Log

_A_PERSON_ACTS = timedelta(
    hours=24
)  # a stopped channel looks again by itself after this, if nobody did

_CRASHED = Failure(
    kind="crashed",
    message="Sempre or the machine went down while this was being answered. "
    "Look at what it had done so far, then retry it.",
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How often and how soon a turn is tried again. Seconds."""

    attempts: int = 5
    transient_attempts: int = 20
    backoff_seconds: float = 2
    backoff_cap_seconds: float = 300

    @property
    def longest(self) -> timedelta:
        """No back-off lasts longer; one that seems to was noted before the clock jumped."""
        return timedelta(seconds=self.backoff_cap_seconds)

    def backoff(self, failed: int) -> timedelta:
        """The wait after so many failed attempts: doubling, capped."""
        seconds = min(self.backoff_seconds * 2 ** min(failed - 1, 30), self.backoff_cap_seconds)
        return timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Try:
    """What to do next with a turn: ask the agent this question, wait until a moment, or nothing (it has ended)."""

    question: Question | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _Next:
    """What an outcome makes of a turn."""

    state: TurnState
    counted: bool = False
    retry_at: datetime | None = None
    failure: Failure | None = None
    values: Mapping[str, object] = field(default_factory=dict[str, object])


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
        self._tell_started(turn, question, len(every) + 1)
        return Try(question=question)

    async def end(self, question: Question, outcome: Outcome) -> datetime | None:
        """Book how the attempt ended. Gives the moment to try again, or None when the turn has ended.
        Raises ConflictError when another process has taken the attempt over."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, question.turn_id, lock=True)
            follows = self._follows(turn, outcome, now)
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
        self._tell_ended(turn, follows, outcome, now)
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
            await self._apply(session, turn, _Next(state=TurnState.WAITING), now)

    async def fail(self, turn_id: str, failure: Failure) -> None:
        """It can't go on, whatever is tried; a person may have it begin anew."""
        now = clock.now()
        async with self._db.transaction() as session:
            turn = await turns.get(session, self._keyring, turn_id, lock=True)
            if turn.state.ended:
                return
            follows = _Next(state=TurnState.FAILED, failure=failure)
            await self._apply(session, turn, follows, now)
        self._tell_end(turn, follows)

    def _follows(self, turn: Turn, outcome: Outcome, now: datetime) -> _Next:
        failure = outcome.failure or Failure(
            kind=outcome.ending.value, message=outcome.ending.value
        )
        match outcome.ending:
            case Ending.ANSWERED:
                sealed = turns.sealed_answer(self._keyring, turn.id, outcome.text or "")
                values = {
                    "answer": sealed,
                    "model": outcome.model,
                    "session_id": outcome.session.id,
                }
                return _Next(state=TurnState.ANSWERED, values=values)
            case Ending.CANCELLED:
                return _Next(state=TurnState.CANCELLED)
            case Ending.WAITING:
                return _Next(state=TurnState.WAITING)
            case Ending.INVALID:
                return _Next(state=TurnState.FAILED, counted=True, failure=failure)
            case Ending.ERROR | Ending.TRANSIENT:
                return self._counted(turn, outcome.ending, failure, now)
            case Ending.QUOTA | Ending.BUDGET:
                until = outcome.until or now + self._limits.longest
                return _Next(state=TurnState.PARKED, retry_at=until, failure=failure)
            case Ending.AUTHENTICATION | Ending.MISCONFIGURED:
                return _Next(state=TurnState.PARKED, retry_at=now + _A_PERSON_ACTS, failure=failure)
            case Ending.STOPPED:
                return _Next(state=TurnState.QUEUED, retry_at=now)

    def _counted(self, turn: Turn, ending: Ending, failure: Failure, now: datetime) -> _Next:
        transient = ending is Ending.TRANSIENT
        column = "transient_errors" if transient else "errors"
        failed = (turn.transient_errors if transient else turn.errors) + 1
        limit = self._limits.transient_attempts if transient else self._limits.attempts
        values = {column: failed}
        if failed >= limit:
            return _Next(state=TurnState.FAILED, counted=True, failure=failure, values=values)
        again = now + self._limits.backoff(failed)
        return _Next(
            state=TurnState.PARKED, counted=True, retry_at=again, failure=failure, values=values
        )

    async def _apply(self, session: DbSession, turn: Turn, follows: _Next, now: datetime) -> None:
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
        follows = _Next(state=TurnState.CANCELLED)
        await self._apply(session, turn, follows, now)
        self._tell_end(turn, follows)

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
        follows = _Next(state=TurnState.FAILED, failure=_CRASHED, values={"errors": failed})
        await self._apply(session, turn, follows, now)
        self._tell_end(turn, follows)
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

    def _tell_started(self, turn: Turn, question: Question, number: int) -> None:
        self._log.append(
            "turn.started",
            {
                "attempt": number,
                "session_id": question.session.id,
                "resumed": question.session.started,
            },
            channel=turn.channel,
            turn_id=turn.id,
        )

    def _tell_ended(self, turn: Turn, follows: _Next, outcome: Outcome, now: datetime) -> None:
        if follows.state.ended:
            self._tell_end(turn, follows)
            return
        if follows.state is TurnState.WAITING:
            self._log.append(
                "turn.waiting",
                {"call_id": outcome.waits_for},
                channel=turn.channel,
                turn_id=turn.id,
            )
            return
        failure = follows.failure
        wait = (follows.retry_at - now).total_seconds() if follows.retry_at else 0
        self._log.append(
            "turn.retrying",
            {
                "ending": outcome.ending.value,
                "kind": failure.kind if failure else outcome.ending.value,
                "message": failure.message if failure else "",
                "counted": follows.counted,
                "in_seconds": round(wait, 3),
            },
            channel=turn.channel,
            turn_id=turn.id,
        )

    def _tell_end(self, turn: Turn, follows: _Next) -> None:
        failure = follows.failure
        self._log.append(
            "turn.ended",
            {
                "state": follows.state.value,
                "failure": {"kind": failure.kind, "message": failure.message} if failure else None,
                "attempts": turn.attempts,
            },
            channel=turn.channel,
            turn_id=turn.id,
        )


def _broken_off(earlier: Sequence[Attempt]) -> bool:
    """Whether the last attempt ended with its effects unknown."""
    unknown = {attempts.RUNNING, attempts.CRASHED, attempts.STOPPED, Ending.BUDGET.value}
    return bool(earlier) and earlier[-1].state in unknown
