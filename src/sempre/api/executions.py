"""How runs of cards look: an execution is a run, its `command` the stage that it is at."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from sempre.api.camel import CamelView
from sempre.api.schema import Rows
from sempre.api.turns import Failure
from sempre.board.words import (
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
from sempre.contract.messages import TurnState

LineType = Literal["info", "text", "tool", "error"]


class ActiveExecution(CamelView):
    """The run that is under way; when none is, the newest one, until another begins."""

    id: str
    status: RunState
    command: str = Field(description="The stage it is at; `workflow`: an automation outside.")
    workflow_stage: WorkflowStage
    workflow_error: str | None
    started_at: datetime | None
    completed_at: datetime | None


class LastLine(CamelView):
    """What was said or done last, in one line."""

    timestamp: datetime
    type: LineType
    content: str


class ExecutionSummary(ActiveExecution):
    """A run as lists show it. Times are UTC."""

    card_id: str
    number: int = Field(description="1, 2, 3 … of its card.")
    kind: RunKind = Field(description="`workflow`: an automation outside says where it is.")
    stage: Stage = Field(description="Where it is, or where it ended.")
    is_active: bool = Field(description="It has not ended; a card has at most one such.")
    is_stuck: bool = Field(description="It says that it runs, and nobody runs it: unstick it.")
    waits_for_person: bool = Field(
        description="Its plan is to be read, or its change to be merged, sent back or discarded."
    )
    wait: Wait | None = Field(description="What it waits for.")
    waits_on: Rows[str] = Field(
        description="Keys of the cards that must be done before; the stage, or the machine."
    )
    waits_since: datetime | None
    cancel_requested: bool
    error_kind: str | None = Field(description="Stable; `workflowError` has the words.")
    settlement: Settlement | None = Field(description="What became of its branch and worktree.")
    has_work: bool = Field(description="There is a branch with what it did.")
    queued_at: datetime
    ended_by: str | None = Field(
        description="Who cancelled it, or the automation that said how it ended; null: it ended by itself."
    )
    settled_by: str | None = Field(description="Who merged or discarded its work, or went on.")
    duration_seconds: float | None = Field(description="From its start to its end, or till now.")
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")
    last_line: LastLine | None = Field(description="Only while it is active.")


class VisitTurn(CamelView):
    """The turn in which a stage was worked on; GET /api/turns/{id} has all of it."""

    id: str
    state: TurnState
    attempts: int
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_micros: int | None


class VerdictComment(CamelView):
    file: str
    line: int | None
    text: str


class ReviewVerdict(CamelView):
    """What a review came to."""

    verdict: Literal["approve", "changes"]
    summary: str
    comments: Rows[VerdictComment]


class StageVisit(CamelView):
    """One visit of a stage: one turn with its own settings, log, attempts and cost."""

    position: int = Field(description="1, 2, 3 … over the run.")
    stage: Stage
    kind: VisitKind = Field(
        description="`fix`: what tests found is mended; `changes`: comments are worked in; `again`: the review is "
        "asked for its verdict once more."
    )
    result: Result | None = Field(description="null: it has not ended.")
    turn: VisitTurn | None
    session_id: str | None
    base: str | None = Field(description="The commit before it.")
    head: str | None = Field(description="The commit after it.")
    exit_code: int | None = Field(description="Of the test commands.")
    output: str | None = Field(description="The end of what the commands or the agent said.")
    verdict: ReviewVerdict | None
    failure: Failure | None
    decision: Decision | None = Field(description="What a person said to the plan.")
    decided_by: str | None
    decided_at: datetime | None
    comments: str | None = Field(description="What was to be changed, as the agent got it.")
    log_start: int = Field(description="Its log comes after this place in the run's.")
    started_at: datetime
    completed_at: datetime | None


class ExecutionInput(CamelView):
    """What a person gave this run in the place of what stands on the card; null: as on the card."""

    description: str | None
    spec: str | None
    instructions: str | None
    comments: str | None


class ExecutionRules(CamelView):
    """What was fixed when it was asked for."""

    from_stage: Stage
    only_stage: bool
    approve_plan: bool
    test_rounds: int
    review_rounds: int


class Execution(ExecutionSummary):
    """A run in full."""

    card_key: str
    rules: ExecutionRules
    input: ExecutionInput
    session: SessionChoice
    session_id: str | None = Field(description="That of plan, implement and what they mend.")
    previous: str | None = Field(description="The run before it.")
    continues: str | None = Field(description="The run in whose worktree and branch it goes on.")
    branch: str | None
    worktree: str | None = Field(description="Where its files are, on the board's machine.")
    base: str | None = Field(description="The commit that its work began from.")
    head: str | None = Field(description="The last commit seen.")
    result: str | None = Field(description="What it came to, in words.")
    started_by: str
    settled_at: datetime | None
    settled_commit: str | None = Field(description="The merge.")
    visits: Rows[StageVisit]
