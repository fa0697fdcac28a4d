"""What the end of an attempt makes of its turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre.contract.agents import Ending, Outcome
from sempre.contract.messages import Failure, TurnState
from sempre.conversations._store import turns
from sempre.conversations.limits import Limits
from sempre.conversations.turn import Turn
from sempre.crypto import Keyring

# A stopped channel looks again by itself after this, if nobody did.
_A_PERSON_ACTS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """`counted`: it uses up one of the turn's attempts. `values`: more columns of its row."""

    state: TurnState
    counted: bool = False
    retry_at: datetime | None = None
    failure: Failure | None = None
    values: Mapping[str, object] = field(default_factory=dict[str, object])


def consequence_of(
    turn: Turn, outcome: Outcome, *, limits: Limits, keyring: Keyring, now: datetime
) -> Consequence:
    failure = outcome.failure or Failure(kind=outcome.ending.value, message=outcome.ending.value)
    match outcome.ending:
        case Ending.ANSWERED:
            sealed = turns.sealed_answer(keyring, turn.id, outcome.text or "")
            values = {
                "answer": sealed,
                "model": outcome.model,
                "session_id": outcome.session.id,
            }
            return Consequence(state=TurnState.ANSWERED, values=values)
        case Ending.CANCELLED:
            return Consequence(state=TurnState.CANCELLED)
        case Ending.WAITING:
            return Consequence(state=TurnState.WAITING)
        case Ending.INVALID:
            return Consequence(state=TurnState.FAILED, counted=True, failure=failure)
        case Ending.ERROR | Ending.TRANSIENT:
            return _counted(turn, outcome.ending, failure, limits, now)
        case Ending.QUOTA | Ending.BUDGET:
            until = outcome.until or now + limits.longest
            return Consequence(state=TurnState.PARKED, retry_at=until, failure=failure)
        case Ending.AUTHENTICATION | Ending.MISCONFIGURED:
            return Consequence(
                state=TurnState.PARKED, retry_at=now + _A_PERSON_ACTS, failure=failure
            )
        case Ending.STOPPED:
            return Consequence(state=TurnState.QUEUED, retry_at=now)


def _counted(
    turn: Turn, ending: Ending, failure: Failure, limits: Limits, now: datetime
) -> Consequence:
    transient = ending is Ending.TRANSIENT
    column = "transient_errors" if transient else "errors"
    failed = (turn.transient_errors if transient else turn.errors) + 1
    limit = limits.transient_attempts if transient else limits.attempts
    values = {column: failed}
    if failed >= limit:
        return Consequence(state=TurnState.FAILED, counted=True, failure=failure, values=values)
    again = now + limits.backoff(failed)
    return Consequence(
        state=TurnState.PARKED, counted=True, retry_at=again, failure=failure, values=values
    )
