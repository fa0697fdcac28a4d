"""What failed for good and waits for a person: read it, try it again, let it go."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from sempre import conversations
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import CHANNEL, PAGE, Before, ChannelName, Form, ItemId, Limit, View
from sempre.api.turns import Failure, RetryText, Turn, in_full, worker_of
from sempre.conversations import WantedLetters
from sempre.workflows.clearing import Action

router = APIRouter(prefix="/api", tags=["dead letters"])
_PAGE_CHARACTERS = 4_000_000

FailureKind = Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]


class DeadLetter(View):
    id: str
    turn_id: str
    channel: str
    worker: str | None
    number: int = Field(description="The turn's number.")
    payload: str = Field(description="The prompt, in full.")
    failure: Failure
    attempts: int
    created_at: datetime


class DeadLetterPage(View):
    """Newest first. `next` goes into `before`; null: there is no more."""

    items: Sequence[DeadLetter]
    next: str | None


class LettersFilter(Form):
    """All that match; null does not narrow."""

    channel: Annotated[str, Field(pattern=CHANNEL)] | None = None
    kind: FailureKind | None = Field(default=None, description="The failure's kind.")
    created_before: AwareDatetime | None = None


class LettersWish(Form):
    action: Action
    filter: LettersFilter = LettersFilter()
    dry_run: bool = Field(
        default=True, description="Only count them. Nothing is changed before this is false."
    )


class LettersDone(View):
    """What became of them. One call takes at most 500, the oldest first: ask again while some remain."""

    matched: int
    done: int
    skipped: int = Field(description="Somebody else was faster, or they are being put away now.")
    remaining: int


@router.get("/dead-letters", responses=may_answer())
async def list_dead_letters(
    parts: Given,
    channel: ChannelName = None,
    kind: Annotated[FailureKind | None, Query(description="Only failures of this kind.")] = None,
    before: Before = None,
    limit: Limit = PAGE,
) -> DeadLetterPage:
    """Those that wait, newest first. A page holds fewer than `limit` when their prompts are long."""
    wanted = WantedLetters(channel=channel, kind=kind)
    page = await parts.dead_letters.page(wanted, before=before, limit=limit + 1)
    turns = await parts.turns.of_ids([letter.turn_id for letter in page[:limit]])
    items: list[DeadLetter] = []
    room = _PAGE_CHARACTERS
    for letter in page[:limit]:
        items.append(_letter(letter, turns[letter.turn_id]))
        room -= len(items[-1].payload)
        if room <= 0:
            break
    return DeadLetterPage(items=items, next=items[-1].id if len(items) < len(page) else None)


@router.post("/dead-letters/bulk", responses=may_answer())
async def clear_dead_letters(request: Request, parts: Given, wish: LettersWish) -> LettersDone:
    """Try all that match again, or let them go. First a count, without `dry_run` the deed."""
    wanted = WantedLetters(**dict(wish.filter))
    if wish.dry_run:
        matched = await parts.dead_letters.count(wanted)
        return LettersDone(matched=matched, done=0, skipped=0, remaining=matched)
    cleared = await parts.clearing.clear(wish.action, wanted, by=principal_of(request).who)
    return LettersDone(**asdict(cleared))


@router.post("/dead-letters/{id}/retry", responses=may_answer(404, 409))
async def retry_dead_letter(
    request: Request,
    parts: Given,
    id: ItemId,
    change: RetryText | None = None,
) -> Turn:
    """Try its turn again, with another prompt if one is given."""
    letter = await parts.dead_letters.get(id)
    text = change.text if change else None
    by = principal_of(request).who
    return await in_full(parts, await parts.commands.retry(letter.turn_id, text=text, by=by))


@router.delete("/dead-letters/{id}", status_code=204, responses=may_answer(404))
async def purge_dead_letter(
    request: Request,
    parts: Given,
    id: ItemId,
) -> None:
    """Let it go. The turn and its record stay."""
    await parts.clearing.purge(id, by=principal_of(request).who)


def _letter(letter: conversations.DeadLetter, turn: conversations.Turn) -> DeadLetter:
    return DeadLetter(
        id=letter.id,
        turn_id=letter.turn_id,
        channel=letter.channel,
        worker=worker_of(letter.channel),
        number=turn.number,
        payload=turn.prompt,
        failure=Failure(kind=letter.failure.kind, message=letter.failure.message),
        attempts=turn.attempts,
        created_at=letter.created_at,
    )
