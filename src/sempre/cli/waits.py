"""Why a turn waits, in words. Pure."""

from datetime import datetime

from sempre.cli.records.turns import TurnSummary
from sempre.cli.records.workers import Worker
from sempre.cli.wording import until

_STATES = {"waiting": "waits for a person"}


def why(turn: TurnSummary, worker: Worker | None, now: datetime) -> str:
    """What holds it up, and until when."""
    if turn.state == "waiting":
        return "a person must decide"
    if turn.state == "parked":
        reason = turn.failure.message if turn.failure else _of_place(worker, now)
        stopped = worker is not None and worker.state == "stopped"
        return _until(reason, None if stopped else turn.retry_at, now)
    if worker is not None and worker.live is not None and worker.live.id != turn.id:
        return f"after {worker.live.name}, which {_STATES.get(worker.live.state, f'is {worker.live.state}')}"
    if turn.failure is not None:
        return _until(turn.failure.message, turn.retry_at, now)
    return _of_place(worker, now) or "it is next"


def _of_place(worker: Worker | None, now: datetime) -> str:
    """A worker that does not go on holds up all its turns."""
    if worker is None or worker.state in {"idle", "running"}:
        return ""
    return _until(
        f"{worker.name} is {worker.state}: {worker.state_reason}", worker.state_until, now
    )


def _until(reason: str, moment: datetime | None, now: datetime) -> str:
    return f"{reason} Again {until(moment, now)}." if moment else reason
