"""What a person does with a card's runs: start, stop, decide, merge. What reaches the person's own repository needs the
scope `approve`."""

from typing import Annotated, TypedDict

from fastapi import APIRouter, Query
from starlette.requests import Request

from sempre import board
from sempre.access import Scope
from sempre.api.authentication import needs, principal_of
from sempre.api.boarding import repository_in_order
from sempre.api.camel import CardName
from sempre.api.card_forms import (
    Card,
    Merged,
    Rebased,
    RetryWish,
    RunWish,
    SendBack,
    StateChange,
)
from sempre.api.card_views import Viewing
from sempre.api.errors import may_answer
from sempre.api.executions import Execution
from sempre.api.given import Given
from sempre.board.run import Request as RunRequest
from sempre.board.run import RunInput
from sempre.board.words import Stage, VisitKind, WorkflowStage
from sempre.errors import InvalidError

router = APIRouter(prefix="/api/cards", tags=["cards"])


class OnRecord(TypedDict):
    by: str
    channel: str
    details: dict[str, object]


@router.post("/{id}/run", status_code=202, responses=may_answer(404, 409))
async def run_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    wish: RunWish | None = None,
) -> Execution:
    """Start a run, or put it in line when the board has as many as it may. 409 while one is active, or when the
    repository is not in order: it says what to do."""
    card = await parts.board.cards.get(id)
    with repository_in_order():
        run_id = await parts.board.commands.run(
            card.id, _request(wish or RunWish()), by=principal_of(request).who
        )
    parts.audit.note("card.run", **about_run(request, card, run_id))
    return await viewer.run(run_id)


@router.post("/{id}/cancel", responses=may_answer(404, 409))
async def cancel_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
) -> Execution:
    """End the active run. What it did stays in its worktree."""
    card = await parts.board.cards.get(id)
    run_id = await parts.board.commands.cancel(card.id, by=principal_of(request).who)
    parts.audit.note("card.cancelled", **about_run(request, card, run_id))
    return await viewer.run(run_id)


@router.post("/{id}/retry", status_code=202, responses=may_answer(404, 409))
async def retry_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    wish: RetryWish | None = None,
) -> Execution:
    """Again from the stage at which the last run failed or was cancelled."""
    card = await parts.board.cards.get(id)
    session = wish and wish.session
    with repository_in_order():
        run_id = await parts.board.commands.retry(
            card.id, by=principal_of(request).who, session=session
        )
    parts.audit.note("card.retried", **about_run(request, card, run_id))
    return await viewer.run(run_id)


@router.post("/{id}/approve-plan", responses=may_answer(404, 409))
async def approve_card_plan(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
) -> Execution:
    """Let the run that waits for it go on to implement."""
    card = await parts.board.cards.get(id)
    run_id = await parts.board.commands.approve_plan(card.id, by=principal_of(request).who)
    parts.audit.note("card.plan_approved", **about_run(request, card, run_id))
    return await viewer.run(run_id)


@router.post("/{id}/send-back", status_code=202, responses=may_answer(404, 409))
async def send_card_back(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    wish: SendBack,
) -> Execution:
    """With comments: a plan that waits is planned anew, a change that waits for its merge is changed."""
    card = await parts.board.cards.get(id)
    by = principal_of(request).who
    with repository_in_order():
        run_id = await parts.board.commands.send_back(card.id, text=wish.comments, by=by)
    parts.audit.note("card.sent_back", **about_run(request, card, run_id))
    return await viewer.run(run_id)


@router.post("/{id}/merge", responses=may_answer(404, 409), **needs(Scope.APPROVE))
async def merge_card(request: Request, parts: Given, id: CardName) -> Merged:
    """Put the change on the base branch; asked twice it is done once. 409 when the base has moved on (rebase first) or
    has changes that are not committed."""
    card = await parts.board.cards.get(id)
    with repository_in_order():
        commit = await parts.board.commands.merge(card.id, by=principal_of(request).who)
    return Merged(commit=commit)


@router.post("/{id}/rebase", responses=may_answer(404, 409))
async def rebase_card(request: Request, parts: Given, id: CardName) -> Rebased:
    """Bring the card's branch up to the base as it is now. 409 when both changed the same lines: it names the files."""
    card = await parts.board.cards.get(id)
    with repository_in_order():
        head = await parts.board.commands.rebase(card.id, by=principal_of(request).who)
    return Rebased(head=head)


@router.post("/{id}/discard", responses=may_answer(404, 409), **needs(Scope.APPROVE))
async def discard_card_work(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
) -> Card:
    """Remove the worktree and branch of its last run. What was not committed is kept under a ref of git's first."""
    card = await parts.board.cards.get(id)
    with repository_in_order():
        await parts.board.commands.discard(card.id, by=principal_of(request).who)
    return await viewer.card(card.id)


@router.post("/{id}/unstick", responses=may_answer(404, 409))
async def unstick_card(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
) -> Execution:
    """Take up a run again that says it runs while nobody runs it."""
    card = await parts.board.cards.get(id)
    return await viewer.run(
        await parts.board.commands.unstick(card.id, by=principal_of(request).who)
    )


@router.patch("/{id}/workflow-state", responses=may_answer(404, 409))
async def set_card_workflow_state(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: CardName,
    change: StateChange | None = None,
    stage: Annotated[
        WorkflowStage | None, Query(description="Where it stands; the body goes before.")
    ] = None,
    error: Annotated[
        str | None, Query(max_length=10_000, description="Why it stopped; the body goes before.")
    ] = None,
) -> Card:
    """For automation outside: says where it is with the card. 409 for what does not follow from where it stands, while
    a run of ours is active, and of an archived card. Opens an execution named `workflow` when none is active."""
    card = await parts.board.cards.get(id)
    wanted = (change and change.stage) or stage
    reason = (change and change.error) or error
    if wanted is None:
        raise InvalidError(
            f"Say `stage`, in the query or the body: one of {', '.join(WorkflowStage)}."
        )
    by = principal_of(request).who
    await parts.board.commands.set_state(card.id, wanted, error=reason, by=by)
    return await viewer.card(card.id)


def about_run(request: Request, card: board.Card, run_id: str) -> OnRecord:
    """For the audit trail: who, and which run of which card; never what was said."""
    return {
        "by": principal_of(request).who,
        "channel": card.channel,
        "details": {"card": card.key, "run": run_id},
    }


def _request(wish: RunWish) -> RunRequest:
    """Raises InvalidError."""
    if wish.from_stage is not None and wish.only_stage is not None:
        raise InvalidError("Say `fromStage` or `onlyStage`, not both.")
    given = RunInput(
        description=wish.description,
        spec=wish.spec,
        instructions=wish.instructions,
        comments=wish.comments,
    )
    return RunRequest(
        first=wish.only_stage or wish.from_stage or Stage.PLAN,
        only=wish.only_stage is not None,
        kind=VisitKind.WORK if wish.comments is None else VisitKind.CHANGES,
        input=given,
        session=wish.session,
    )
