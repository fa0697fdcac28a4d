"""The board's words. What is stored and shown uses exactly these."""

from enum import StrEnum


class Column(StrEnum):
    """Where a card stands. The four in the middle are the stages'."""

    BACKLOG = "backlog"
    PLAN = "plan"
    IMPLEMENT = "implement"
    TEST = "test"
    REVIEW = "review"
    DONE = "done"
    ARCHIVED = "archived"


class Stage(StrEnum):
    """What a run walks through, in this order."""

    PLAN = "plan"
    IMPLEMENT = "implement"
    TEST = "test"
    REVIEW = "review"

    @property
    def column(self) -> Column:
        return Column(self.value)


STAGES = tuple(Stage)


class Priority(StrEnum):
    """For people to sort by; runs begin in the order in which they were asked for."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class RunKind(StrEnum):
    """Who walks the card: `run` is ours, `workflow` is an automation outside that only tells us where it is."""

    RUN = "run"
    WORKFLOW = "workflow"


class RunState(StrEnum):
    QUEUED = "queued"  # it has not begun; Wait says why
    RUNNING = "running"
    WAITING = "waiting"  # between two stages; Wait says for what
    COMPLETED = "completed"
    FAILED = "failed"  # it stopped at its stage; a person retries
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in {RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}


class WorkflowStage(StrEnum):
    """A run's state and stage in one word, as programs outside read and write it."""

    IDLE = "idle"
    PLANNING = "planning"
    IMPLEMENTING = "implementing"
    TESTING = "testing"
    REVIEWING = "reviewing"
    COMPLETED = "completed"
    ERROR = "error"


class Wait(StrEnum):
    """What a run waits for. `MACHINE` is never stored: it holds while the board's machine is away."""

    WIP = "wip"  # others of the board come first
    DEPENDENCIES = "dependencies"  # cards that must be done before
    STAGE_WIP = "stage_wip"  # the next stage has as many as it may have
    PLAN_APPROVAL = "plan_approval"  # a person reads the plan
    MACHINE = "machine"  # the board's repository is on a machine that does not run Sempre now


class VisitKind(StrEnum):
    """What a visit of a stage is for."""

    WORK = "work"  # the stage as such
    FIX = "fix"  # in test: the agent gets the output of what failed
    CHANGES = "changes"  # in plan and implement: somebody's comments are worked in
    AGAIN = "again"  # in review: the verdict could not be read, the same session says it again


class Result(StrEnum):
    """How a visit ended."""

    PASSED = "passed"
    FAILED = "failed"  # the test commands said no
    CHANGES = "changes"  # the review wants changes
    UNREADABLE = "unreadable"  # the review's verdict has not the form that was asked for
    ERROR = "error"  # its turn failed, or the stage could not be done; the run stops here
    CANCELLED = "cancelled"  # a person stopped it


class Decision(StrEnum):
    """What a person said to a plan."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"


class SessionChoice(StrEnum):
    """Which conversation the agent goes on in: that of the run before, or a new one."""

    RESUME = "resume"
    FRESH = "fresh"


class Settlement(StrEnum):
    """What became of a run's worktree and branch."""

    MERGED = "merged"
    DISCARDED = "discarded"
    CONTINUED = "continued"  # a later run went on in it and answers for it now


WORKING = {
    Stage.PLAN: WorkflowStage.PLANNING,
    Stage.IMPLEMENT: WorkflowStage.IMPLEMENTING,
    Stage.TEST: WorkflowStage.TESTING,
    Stage.REVIEW: WorkflowStage.REVIEWING,
}
