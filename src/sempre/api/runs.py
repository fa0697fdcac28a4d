"""Runs of cards: earlier ones stay readable beside the new one; comments on lines of what one changed."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request

from sempre import board
from sempre.api.authentication import principal_of
from sempre.api.boarding import repository_in_order
from sempre.api.camel import CamelForm, CardName
from sempre.api.card_forms import LineComment, NewComment
from sempre.api.card_runs import about_run
from sempre.api.card_views import Viewing
from sempre.api.errors import may_answer
from sempre.api.executions import Execution, ExecutionSummary
from sempre.api.given import Given
from sempre.api.schema import ItemId
from sempre.errors import NotFoundError

router = APIRouter(prefix="/api", tags=["cards"])

CommentId = Annotated[
    str,
    Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="The comment's id."),
]


class NewComments(CamelForm):
    comments: Annotated[Sequence[NewComment], Field(min_length=1, max_length=100)]


@router.get("/cards/{id}/runs", responses=may_answer(404))
async def list_card_runs(parts: Given, viewer: Viewing, id: CardName) -> list[ExecutionSummary]:
    """All of its runs, newest first."""
    card = await parts.board.cards.get(id)
    return await viewer.run_summaries(await parts.board.runs.of_card(card.id))


@router.get("/runs/{id}", responses=may_answer(404))
async def get_run(viewer: Viewing, id: ItemId) -> Execution:
    """One run with every visit of a stage."""
    return await viewer.run(id)


@router.get("/runs/{id}/comments", responses=may_answer(404))
async def list_run_comments(parts: Given, id: ItemId) -> list[LineComment]:
    """What people said about lines of its diff, oldest first."""
    run = await parts.board.runs.get(id)
    return [_comment(each) for each in await parts.board.comments.of_run(run.id)]


@router.post("/runs/{id}/comments", status_code=201, responses=may_answer(404, 409))
async def comment_run(
    request: Request,
    parts: Given,
    id: ItemId,
    wish: NewComments,
) -> list[LineComment]:
    """Note comments on lines. The agent gets them when they are sent."""
    run = await parts.board.runs.get(id)
    by = principal_of(request).who
    made = [
        await parts.board.comments.add(
            run.id, file=each.file, line=each.line, side=each.side, text=each.text, by=by
        )
        for each in wish.comments
    ]
    return [_comment(each) for each in made]


@router.delete("/runs/{id}/comments/{comment}", status_code=204, responses=may_answer(404, 409))
async def remove_run_comment(parts: Given, id: ItemId, comment: CommentId) -> None:
    """Take one back. 409 when the agent got it already."""
    run = await parts.board.runs.get(id)
    if comment not in {each.id for each in await parts.board.comments.of_run(run.id)}:
        raise NotFoundError(f"This run has no comment {comment}.", code="comment_not_found")
    await parts.board.comments.remove(comment)


@router.post("/runs/{id}/comments/send", status_code=202, responses=may_answer(404, 409))
async def send_run_comments(
    request: Request,
    parts: Given,
    viewer: Viewing,
    id: ItemId,
) -> Execution:
    """Give the agent all that were not sent yet, as one turn; gives the run that takes them up."""
    run = await parts.board.runs.get(id)
    with repository_in_order():
        taken_up = await parts.board.commands.send_comments(run.id, by=principal_of(request).who)
    card = await parts.board.cards.get(run.card_id)
    parts.audit.note("card.sent_back", **about_run(request, card, taken_up))
    return await viewer.run(taken_up)


def _comment(comment: board.LineComment) -> LineComment:
    return LineComment(
        id=comment.id,
        file=comment.file,
        line=comment.line,
        side=comment.side,
        text=comment.text,
        by=comment.by,
        at=comment.at,
        sent_in=comment.sent_in,
    )
