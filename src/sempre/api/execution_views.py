"""Runs and their visits in the form of the API. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sempre.api import executions
from sempre.api.executions import (
    ActiveExecution,
    Execution,
    ExecutionInput,
    ExecutionRules,
    ExecutionSummary,
    StageVisit,
    VerdictComment,
    VisitTurn,
)
from sempre.api.turns import failure_of
from sempre.board.run import Run, RunHead, Visit
from sempre.board.words import RunKind, RunState
from sempre.contract.messages import Usage
from sempre.conversations import Turn


def active(run: RunHead) -> ActiveExecution:
    return ActiveExecution(
        id=run.id,
        status=run.state,
        command=run.command,
        workflow_stage=run.workflow_stage,
        workflow_error=run.failure and run.failure.message,
        started_at=run.started_at,
        completed_at=run.ended_at,
    )


def is_stuck(run: RunHead, owned: frozenset[str]) -> bool:
    under_way = run.state in {RunState.RUNNING, RunState.WAITING}
    return run.kind is RunKind.RUN and under_way and run.id not in owned


def duration(run: RunHead, now: datetime) -> float | None:
    if run.started_at is None:
        return None
    return ((run.ended_at or now) - run.started_at).total_seconds()


def total(spent: Iterable[Usage]) -> int | None:
    """In millionths of a dollar; None: a price is not known."""
    costs = [each.cost_micros for each in spent]
    known = [cost for cost in costs if cost is not None]
    return None if len(known) < len(costs) else sum(known)


def execution_of(
    summary: ExecutionSummary, run: Run, card_key: str, visits: Sequence[StageVisit]
) -> Execution:
    return Execution(
        **dict(summary),
        card_key=card_key,
        rules=ExecutionRules(
            from_stage=run.rules.first,
            only_stage=run.rules.only,
            approve_plan=run.rules.approve_plan,
            test_rounds=run.rules.fixes,
            review_rounds=run.rules.reviews,
        ),
        input=ExecutionInput(
            description=run.input.description,
            spec=run.input.spec,
            instructions=run.input.instructions,
            comments=run.input.comments,
        ),
        session=run.session,
        session_id=run.session_id,
        previous=run.previous,
        continues=run.continues,
        branch=run.branch,
        worktree=run.worktree,
        base=run.base,
        head=run.head,
        result=run.result,
        started_by=run.by,
        settled_at=run.settled_at,
        settled_commit=run.settled_commit,
        visits=visits,
    )


def visit_of(visit: Visit, turn: Turn | None, spent: Mapping[str, Usage]) -> StageVisit:
    return StageVisit(
        position=visit.position,
        stage=visit.stage,
        kind=visit.kind,
        result=visit.result,
        turn=turn and _turn(turn, spent[turn.id]),
        session_id=visit.session_id,
        base=visit.base,
        head=visit.head,
        exit_code=visit.exit_code,
        output=visit.output,
        verdict=_verdict(visit),
        failure=failure_of(visit.failure),
        decision=visit.decision,
        decided_by=visit.decided_by,
        decided_at=visit.decided_at,
        comments=visit.comments,
        log_start=visit.log_offset,
        started_at=visit.began_at,
        completed_at=visit.ended_at,
    )


def _turn(turn: Turn, spent: Usage) -> VisitTurn:
    return VisitTurn(
        id=turn.id,
        state=turn.state,
        attempts=turn.attempts,
        model=turn.model,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cost_micros=spent.cost_micros,
    )


def _verdict(visit: Visit) -> executions.ReviewVerdict | None:
    if visit.verdict is None:
        return None
    return executions.ReviewVerdict(
        verdict=visit.verdict.verdict,
        summary=visit.verdict.summary,
        comments=[
            VerdictComment(file=each.file, line=each.line, text=each.text)
            for each in visit.verdict.comments
        ],
    )
