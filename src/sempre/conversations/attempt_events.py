"""What the log is told of attempts."""

from datetime import datetime

from sempre.contract.agents import Outcome, Question
from sempre.contract.messages import TurnState
from sempre.conversations.consequence import Consequence
from sempre.conversations.turn import Turn
from sempre.events import Log


def tell_started(log: Log, turn: Turn, question: Question, number: int) -> None:
    log.append(
        "turn.started",
        {
            "attempt": number,
            "session_id": question.session.id,
            "resumed": question.session.started,
        },
        channel=turn.channel,
        turn_id=turn.id,
    )


def tell_ended(log: Log, turn: Turn, follows: Consequence, outcome: Outcome, now: datetime) -> None:
    if follows.state.ended:
        tell_end(log, turn, follows)
        return
    if follows.state is TurnState.WAITING:
        log.append(
            "turn.waiting",
            {"call_id": outcome.waits_for},
            channel=turn.channel,
            turn_id=turn.id,
        )
        return
    failure = follows.failure
    wait = (follows.retry_at - now).total_seconds() if follows.retry_at else 0
    log.append(
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


def tell_end(log: Log, turn: Turn, follows: Consequence) -> None:
    failure = follows.failure
    log.append(
        "turn.ended",
        {
            "state": follows.state.value,
            "failure": {"kind": failure.kind, "message": failure.message} if failure else None,
            "attempts": turn.attempts,
        },
        channel=turn.channel,
        turn_id=turn.id,
    )
