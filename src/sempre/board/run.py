"""A run of a card, its visits of stages, and the comments on its lines, as they stand. Read-only values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sempre import clock, ids
from sempre.board.stages import Go, Rules, Visited
from sempre.board.words import (
    WORKING,
    Decision,
    Result,
    RunKind,
    RunState,
    SessionChoice,
    Settlement,
    Stage,
    VisitKind,
    Wait,
    WorkflowStage,
)
from sempre.contract.messages import Failure

Side = Literal["old", "new"]


@dataclass(frozen=True, kw_only=True)
class RunHead:
    """What a list shows of a run. `stage` is where it is or ended. `failure` says why it stopped. `waits_on` are the
    keys of the cards it waits for. `ended_by` says who cancelled it, from when they asked for it, `settled_by` who merged or
    discarded its work. Times are UTC."""

    id: str
    card_id: str
    board: str
    number: int
    kind: RunKind
    state: RunState
    stage: Stage
    wait: Wait | None
    waits_on: tuple[str, ...]
    waits_since: datetime | None
    cancel_requested: bool
    failure: Failure | None
    settlement: Settlement | None
    has_work: bool
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    settled_by: str | None

    @property
    def is_active(self) -> bool:
        """A card has at most one such run."""
        return not self.state.ended

    @property
    def waits_for_person(self) -> bool:
        """Its work is there to be merged, sent back or discarded, or its plan to be read."""
        if self.state is RunState.COMPLETED:
            return self.has_work and self.settlement is None
        return self.wait is Wait.PLAN_APPROVAL

    @property
    def command(self) -> str:
        """What an execution is doing: a run's stage, or `workflow` for an automation outside."""
        return self.stage.value if self.kind is RunKind.RUN else "workflow"

    @property
    def workflow_stage(self) -> WorkflowStage:
        match self.state:
            case RunState.QUEUED | RunState.CANCELLED:
                return WorkflowStage.IDLE
            case RunState.COMPLETED:
                return WorkflowStage.COMPLETED
            case RunState.FAILED:
                return WorkflowStage.ERROR
            case RunState.RUNNING | RunState.WAITING:
                return WORKING[self.stage]


@dataclass(frozen=True, kw_only=True)
class RunInput:
    """What a person gives a run instead of what stands on the card; None: as on the card. `comments` is what they
    want changed, in words; comments on lines come beside it."""

    description: str | None = None
    spec: str | None = None
    instructions: str | None = None
    comments: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run(RunHead):
    """`rules` were fixed when it was asked for. `workflow` is its id in the engine. `previous` is the run before it,
    `continues` the one in whose worktree and branch it goes on. `worktree` is a path, `base` the commit its work began
    from, `head` the last one seen. `session_id` is shared by plan, implement and fixes. `result` is what it came to
    in words. `settled_commit` is the merge."""

    rules: Rules
    input: RunInput
    session: SessionChoice
    session_id: str | None
    workflow: str
    previous: str | None
    continues: str | None
    branch: str | None
    worktree: str | None
    base: str | None
    head: str | None
    result: str | None
    by: str
    settled_at: datetime | None
    settled_commit: str | None

    @property
    def stopped_at_first(self) -> bool:
        """It failed or was cancelled at the stage where it began."""
        stopped = self.state in {RunState.FAILED, RunState.CANCELLED}
        return stopped and self.stage is self.rules.first


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a review says: `approve` or `changes`, in words, with comments on lines."""

    verdict: Literal["approve", "changes"]
    summary: str = ""
    comments: tuple["VerdictComment", ...] = ()


@dataclass(frozen=True, kw_only=True)
class VerdictComment:
    file: str
    line: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit of a stage: one turn. `position` counts 1, 2, 3 … over the run. `base`, `head` are the commits before
    and after it, in `worktree`. `output` is the end of what its commands or its agent said. `log_offset` is how many
    lines of the run's log stand before it."""

    id: str
    run_id: str
    position: int
    stage: Stage
    kind: VisitKind
    result: Result | None
    turn_id: str | None
    session_id: str | None
    worktree: str | None
    base: str | None
    head: str | None
    exit_code: int | None
    output: str | None
    verdict: Verdict | None
    failure: Failure | None
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    comments: str | None
    log_offset: int
    began_at: datetime
    ended_at: datetime | None

    @property
    def visited(self) -> Visited:
        return Visited(stage=self.stage, kind=self.kind, result=self.result, decision=self.decision)


@dataclass(frozen=True)
class LogPart:
    """The turn of one visit as a part of its run's log: `offset` events stand before it."""

    turn_id: str
    stage: Stage
    position: int
    offset: int


@dataclass(frozen=True)
class LoggedRun:
    """A run, and what its log is made of, in order."""

    run: Run
    parts: Sequence[LogPart]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asks for. `session` None: go on where the run before left off, if it left something. `kind`
    CHANGES: the first stage works comments in, also those on lines that were not sent yet."""

    first: Stage = Stage.PLAN
    only: bool = False
    kind: VisitKind = VisitKind.WORK
    input: RunInput = RunInput()
    session: SessionChoice | None = None


@dataclass(frozen=True, kw_only=True)
class LineComment:
    """A person's comment on a line of a run's diff. `sent_in`: the run that the agent got it with."""

    id: str
    run_id: str
    file: str
    line: int
    side: Side
    text: str
    by: str
    at: datetime
    sent_in: str | None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a visit ended, for `Visits.end`."""

    result: Result
    head: str | None = None
    exit_code: int | None = None
    output: str | None = None
    verdict: Verdict | None = None
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where a run stands after `Visits.proceed`: `visit` is the one under way, None while it waits or once it ended."""

    run: Run
    visit: Visit | None


def visited(visits: Sequence[Visit]) -> list[Visited]:
    return [each.visited for each in visits]


def new_visit(run_id: str, comes: Go, *, position: int, log_offset: int) -> Visit:
    """One that begins now."""
    return Visit(
        id=ids.new_id(),
        run_id=run_id,
        position=position,
        stage=comes.stage,
        kind=comes.kind,
        result=None,
        turn_id=None,
        session_id=None,
        worktree=None,
        base=None,
        head=None,
        exit_code=None,
        output=None,
        verdict=None,
        failure=None,
        decision=None,
        decided_by=None,
        decided_at=None,
        comments=None,
        log_offset=log_offset,
        began_at=clock.now(),
        ended_at=None,
    )
