"""What became of a workflow, as far as the engine knows."""

from enum import StrEnum


class State(StrEnum):
    """The application's own tables say more; this is for reconciling them with the engine."""

    MISSING = "missing"  # never submitted, or collected long after its end
    QUEUED = "queued"
    RUNNING = "running"  # also while it waits, and while the process that ran it is gone
    ENDED = "ended"
    ERROR = "error"  # it raised: a defect, since workflows answer for every outcome
    CANCELLED = "cancelled"


OF_DBOS = {
    "ENQUEUED": State.QUEUED,
    "DELAYED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.ENDED,
    "ERROR": State.ERROR,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.ERROR,
    "CANCELLED": State.CANCELLED,
}
TERMINAL = [name for name, state in OF_DBOS.items() if state not in (State.QUEUED, State.RUNNING)]
