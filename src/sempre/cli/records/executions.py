"""Runs of a card through its stages."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sempre.cli.records.turns import Failure


class LastLine(Struct, frozen=True, rename="camel"):
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


class ReviewVerdict(Struct, frozen=True, rename="camel"):
    verdict: str


class StageVisit(Struct, frozen=True, rename="camel"):
    stage: str
    kind: str
    result: str | None
    turn: VisitTurn | None
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


class Merged(Struct, frozen=True, rename="camel"):
    commit: str


class Rebased(Struct, frozen=True, rename="camel"):
    head: str
