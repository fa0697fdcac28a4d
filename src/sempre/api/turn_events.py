"""The log of one turn, page by page. Events go out as they were encoded when they were written."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import AfterSeq, EventLimit, ItemId, Rows, View

router = APIRouter(prefix="/api", tags=["events"])


class Event(View):
    """One fact. docs/reference/events.md lists the kinds and what their details hold."""

    id: int = Field(description="Rises by one, in the order in which events were stored.")
    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    seq: int | None = Field(description="1, 2, 3 … within its turn.")
    details: Mapping[str, object]


class EventPage(View):
    """Oldest first. `next` goes into `after`; null: there is no more yet."""

    items: Rows[Event]
    next: int | None


@router.get("/turns/{id}/events", response_model=EventPage, responses=may_answer(404))
async def list_turn_events(
    parts: Given,
    id: ItemId,
    after: AfterSeq = 0,
    limit: EventLimit = 500,
) -> Response:
    """A page of a turn's log, by its place in the turn: as fast at the end of a long one as at its start."""
    page = await parts.log.of_turn(id, after=after, limit=limit + 1)
    if not page:
        await parts.turns.get(id)  # an empty log, or no such turn?
    items = page[:limit]
    following = str(items[-1].seq).encode() if len(page) > limit else b"null"
    events = b",".join(event.encoded for event in items)
    content = b'{"items":[' + events + b'],"next":' + following + b"}"
    return Response(content, media_type="application/json")
