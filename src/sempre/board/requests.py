"""What becomes of a person's request for a run: where it begins, what it goes on with. Pure but for its new id."""

from collections.abc import Sequence
from dataclasses import replace

from sempre import clock, ids
from sempre.board.board import BoardSettings
from sempre.board.card import Card
from sempre.board.run import Request, Run, RunInput
from sempre.board.stages import Rules
from sempre.board.words import (
    RunKind,
    RunState,
    SessionChoice,
    Stage,
    VisitKind,
    Wait,
)
from sempre.errors import ConflictError, InvalidError

_LONGEST = 100_000


def check_request(request: Request) -> None:
    """Raises InvalidError."""
    if request.kind not in {VisitKind.WORK, VisitKind.CHANGES} or (
        request.kind is VisitKind.CHANGES and request.first not in {Stage.PLAN, Stage.IMPLEMENT}
    ):
        raise InvalidError("Comments are worked in by plan or implement; begin the run there.")
    given = request.input
    for text in (given.description, given.spec, given.instructions, given.comments):
        if text is not None and len(text) > _LONGEST:
            raise InvalidError(
                f"What a run is given has more than {_LONGEST} characters; put it into a file of the repository."
            )


def retry_of(key: str, before: Sequence[Run], session: SessionChoice | None) -> Request:
    """The stage again at which the newest run stopped, with what it was given, and where it stopped unless a fresh
    session is wanted. Raises ConflictError."""
    if not before or before[0].state not in {RunState.FAILED, RunState.CANCELLED}:
        state = f"is {before[0].state}" if before else "does not exist"
        raise ConflictError(
            f"Only a run that failed or was cancelled can be retried; the newest run of {key} {state}. Run it from "
            "a stage instead.",
            code="nothing_to_retry",
        )
    last = before[0]
    again = last.rules.first_kind if last.stopped_at_first else VisitKind.WORK
    return Request(
        first=last.stage,
        only=last.rules.only,
        kind=again,
        input=last.input,
        session=session or SessionChoice.RESUME,
    )


def go_on_from(request: Request, before: Sequence[Run]) -> tuple[SessionChoice, Run | None]:
    """Which conversation, and the earlier run in whose worktree and branch it goes on. Later stages need what the
    earlier ones did; plan and implement can begin anew."""
    left = next((each for each in before if each.has_work and each.settlement is None), None)
    session = request.session
    if session is None:
        goes_on = left is not None and request.first is not Stage.PLAN
        session = SessionChoice.RESUME if goes_on else SessionChoice.FRESH
    needs_earlier = (
        session is SessionChoice.RESUME
        or request.kind is VisitKind.CHANGES
        or request.first in {Stage.TEST, Stage.REVIEW}
    )
    return session, left if needs_earlier else None


def new_run(
    card: Card, settings: BoardSettings, request: Request, before: Sequence[Run], *, by: str
) -> Run:
    """In line, by the board's settings as they are now."""
    session, earlier = go_on_from(request, before)
    blank = _blank(card, before, by)
    return replace(
        blank,
        stage=request.first,
        wait=Wait.WIP,
        waits_since=blank.queued_at,
        has_work=earlier is not None,
        rules=Rules(
            first=request.first,
            first_kind=request.kind,
            only=request.only,
            approve_plan=settings.approve_plan,
            fixes=settings.test_rounds,
            reviews=settings.review_rounds,
        ),
        input=request.input,
        session=session,
        session_id=earlier.session_id if earlier and session is SessionChoice.RESUME else None,
        continues=earlier.id if earlier else None,
        branch=earlier.branch if earlier else None,
        worktree=earlier.worktree if earlier else None,
        base=earlier.base if earlier else None,
        head=earlier.head if earlier else None,
    )


def new_execution(card: Card, stage: Stage, before: Sequence[Run], *, by: str) -> Run:
    """One of an automation outside: it runs already, and waits for nobody."""
    blank = _blank(card, before, by)
    return replace(
        blank,
        kind=RunKind.WORKFLOW,
        state=RunState.RUNNING,
        stage=stage,
        rules=Rules(first=stage),
        started_at=blank.queued_at,
    )


def _blank(card: Card, before: Sequence[Run], by: str) -> Run:
    run_id = ids.new_id()
    return Run(
        id=run_id,
        card_id=card.id,
        board=card.board,
        number=before[0].number + 1 if before else 1,
        kind=RunKind.RUN,
        state=RunState.QUEUED,
        stage=Stage.PLAN,
        wait=None,
        waits_on=(),
        waits_since=None,
        cancel_requested=False,
        failure=None,
        settlement=None,
        has_work=False,
        queued_at=clock.now(),
        started_at=None,
        ended_at=None,
        ended_by=None,
        rules=Rules(),
        input=RunInput(),
        session=SessionChoice.FRESH,
        session_id=None,
        workflow=f"run:{run_id}",
        previous=before[0].id if before else None,
        continues=None,
        branch=None,
        worktree=None,
        base=None,
        head=None,
        result=None,
        by=by,
        settled_at=None,
        settled_by=None,
        settled_commit=None,
    )
