"""What an approval means for its turn: that it waits, that it goes on with a call, that its end withdraws the rest."""

from dataclasses import dataclass, replace

from sempre import clock
from sempre.approvals import Approval, Approvals
from sempre.contract.agents import Ending, Outcome, Question, Session
from sempre.contract.messages import Failure
from sempre.conversations import Attempts, Turn

_RESET = Failure(
    kind="session_reset",
    message="The session was reset while a call waited for a person, so the call was not run and the turn could not "
    "go on. Retry it to begin it anew.",
)
_LOST = Failure(
    kind="not_asked",
    message="Claude Code put a call off that nobody was asked about. The turn is tried again.",
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The approvals of a turn that has not ended. `deferred` is the newest that it waits or waited for."""

    every: tuple[Approval, ...] = ()

    @property
    def deferred(self) -> Approval | None:
        return next((each for each in reversed(self.every) if each.deferred), None)


class Waiting:
    """Steps of `answering`; each looks at the rows, so running one again does only what is missing."""

    def __init__(self, approvals: Approvals, attempts: Attempts) -> None:
        self._approvals = approvals
        self._attempts = attempts

    async def standing(self, turn: Turn) -> Standing:
        return Standing(every=tuple(await self._approvals.unsettled(turn.id)))

    async def hold(self, turn: Turn, standing: Standing, session_id: str | None) -> float | None:
        """Seconds to wait for a person, or None: nothing is open, or waiting has become pointless."""
        asked = standing.deferred
        if asked is None or not asked.is_open or turn.cancel_requested:
            return None
        if asked.session_id != session_id:
            return None
        left = (asked.expires_at - clock.now()).total_seconds()
        if left <= 0:
            await self._approvals.expire(asked)
            return None
        await self._attempts.wait(turn.id)
        return left

    async def is_over(self, turn: Turn, standing: Standing, session: Session) -> bool:
        """The session that the call waits in is not the channel's any more: the turn has failed then."""
        asked = standing.deferred
        if asked is None or asked.session_id == session.id:
            return False
        tried = await self._attempts.of_turn(turn.id)
        if tried and tried[-1].state != Ending.WAITING:
            return False  # it went on since, and in another session for a reason of its own
        await self.settle(turn, "The session was reset.")
        await self._attempts.fail(turn.id, _RESET)
        return True

    async def begin(self, standing: Standing) -> None:
        """Another attempt begins: what an attempt that broke off had asked is not asked any more."""
        left = [each for each in standing.every if each.is_open and not each.deferred]
        await self._approvals.withdraw(left, "The attempt that asked was broken off.")

    def going_on(self, question: Question, standing: Standing) -> Question:
        """The question, with the call that its session is to go on with."""
        asked = standing.deferred
        return question if asked is None else replace(question, continues=asked.call_id)

    async def put_off(self, outcome: Outcome) -> Outcome:
        """The agent's turn ended for a call: from now on it waits, and survives whatever happens to processes."""
        asked = await self._approvals.defer(outcome.session.id, outcome.waits_for or "")
        if asked is None:
            return replace(outcome, ending=Ending.ERROR, failure=_LOST)
        return replace(outcome, until=asked.expires_at if asked.is_open else clock.now())

    async def settle(self, turn: Turn, reason: str = "Its turn has ended.") -> None:
        await self._approvals.settle(turn.id, reason)
