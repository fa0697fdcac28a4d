"""What the command line reads of boards, cards and their runs; as `records`, a test holds these against the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from sempre.cli.records import Failure


class StageTuning(Struct, frozen=True):
    model: str | None
    effort: str | None
    instructions: str
    budget_micros: int | None
    budget_tokens: int | None
    wip: int | None


class Board(Struct, frozen=True):
    id: str
    prefix: str
    name: str
    node: str | None
    repository: str
    base: str
    setup: Sequence[str]
    test: Sequence[str]
    stages: Mapping[str, StageTuning]
    wip: int
    worktree: bool
    approve_plan: bool
    test_rounds: int
    review_rounds: int
    test_seconds: float
    version: int
    cards: Mapping[str, int]


class Finding(Struct, frozen=True):
    check: str
    level: str
    message: str
    remedy: str | None


class LastLine(Struct, frozen=True, rename="camel"):
    type: str
    content: str


class ExecutionSummary(Struct, frozen=True, rename="camel"):
    id: str
    number: int
    status: str
    command: str
    stage: str
    workflow_error: str | None
    is_active: bool
    is_stuck: bool
    waits_for_person: bool
    wait: str | None
    waits_on: Sequence[str]
    settlement: str | None
    queued_at: datetime
    ended_by: str | None
    settled_by: str | None
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None
    cost_micros: int | None
    last_line: LastLine | None


class VisitTurn(Struct, frozen=True, rename="camel"):
    id: str
    state: str
    cost_micros: int | None


class VerdictComment(Struct, frozen=True, rename="camel"):
    file: str
    line: int | None
    text: str


class ReviewVerdict(Struct, frozen=True, rename="camel"):
    verdict: str
    summary: str
    comments: Sequence[VerdictComment]


class StageVisit(Struct, frozen=True, rename="camel"):
    position: int
    stage: str
    kind: str
    result: str | None
    turn: VisitTurn | None
    exit_code: int | None
    verdict: ReviewVerdict | None
    failure: Failure | None
    started_at: datetime
    completed_at: datetime | None


class Execution(ExecutionSummary, frozen=True, rename="camel"):
    card_key: str
    branch: str | None
    worktree: str | None
    base: str | None
    head: str | None
    result: str | None
    visits: Sequence[StageVisit]


class CardSummary(Struct, frozen=True, rename="camel"):
    id: str
    key: str
    board: str
    channel: str
    column: str
    title: str
    labels: Sequence[str]
    priority: str
    model: str | None
    spec_path: str | None
    branch: str | None
    images: int
    version: int
    created_at: datetime
    created_by: str
    run: ExecutionSummary | None


class Dependency(Struct, frozen=True, rename="camel"):
    key: str
    title: str
    column: str
    done: bool


class Card(CardSummary, frozen=True, rename="camel"):
    description: str
    dependencies: Sequence[Dependency]


class DiffLine(Struct, frozen=True, rename="camel"):
    kind: str
    text: str


class DiffHunk(Struct, frozen=True, rename="camel"):
    old_start: int
    new_start: int
    heading: str
    lines: Sequence[DiffLine]


class DiffFile(Struct, frozen=True, rename="camel"):
    path: str
    old_path: str | None
    change: str
    binary: bool
    added: int | None
    removed: int | None
    cut: bool
    hunks: Sequence[DiffHunk]


class Diff(Struct, frozen=True, rename="camel"):
    complete: bool
    files: Sequence[DiffFile]
    uncommitted: Sequence[str]
    uncommitted_count: int


class LineComment(Struct, frozen=True, rename="camel"):
    id: str
    file: str
    line: int
    side: str
    text: str
    by: str
    sent_in: str | None


class Merged(Struct, frozen=True, rename="camel"):
    commit: str


class Rebased(Struct, frozen=True, rename="camel"):
    head: str


class BoardTrust(Struct, frozen=True):
    board: str
    directory: str
    state: str
    contents: str
    files: Sequence[str]
