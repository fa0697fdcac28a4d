"""Everything live, over one connection: what is stored from now on, or from where a page left off."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import StreamingResponse

from sempre import clock
from sempre.api.authentication import authenticate
from sempre.api.errors import UnauthenticatedError, may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import AfterEvent, ChannelName, TurnId
from sempre.errors import InvalidError, UnavailableError
from sempre.events import Filter

router = APIRouter(prefix="/api", tags=["events"])
_HEARTBEAT = 15.0
_CHECK_LOGIN_EVERY = 30.0
_OPENING = b"retry: 1000\n\n"
_ALIVE = b":\n\n"
_STREAM = {
    200: {
        "description": (
            "Frames `event: events` whose `id` is that of the last event in them and whose data is a JSON array of "
            "Event; comments keep the connection alive."
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/events", response_class=StreamingResponse, responses={**may_answer(), **_STREAM})
async def stream_events(
    request: Request,
    parts: Given,
    after: AfterEvent = None,
    turn: TurnId = None,
    channel: ChannelName = None,
    last_event_id: Annotated[
        str | None, Header(description="Set by browsers that reconnect; goes before `after`.")
    ] = None,
) -> StreamingResponse:
    """Server-sent events. Begins after `Last-Event-ID`, else after `after`, else with what comes from now on; what
    was missed comes first, without gap or double. At most one frame in 50 ms."""
    newest = await parts.log.last_id()
    asked = _cursor(last_event_id) if last_event_id else after
    # A cursor from beyond the end is of another log: what this one gets from now on is all there is to tell.
    cursor = newest if asked is None else min(asked, newest)
    body = _frames(request, parts, cursor, Filter(channel=channel, turn_id=turn))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


async def _frames(
    request: Request, parts: Parts, cursor: int, wanted: Filter
) -> AsyncIterator[bytes]:
    yield _OPENING
    checked = clock.ticks()
    async for last, events in parts.stream.frames(cursor, wanted, heartbeat=_HEARTBEAT):
        yield frame(last, events) if events else _ALIVE
        if clock.ticks() - checked >= _CHECK_LOGIN_EVERY:
            checked = clock.ticks()
            if not await _still_allowed(request, parts):
                return


def frame(last: int, events: list[bytes]) -> bytes:
    """Events were encoded once, when they were written; here they are only laid side by side."""
    return b"id: %d\nevent: events\ndata: [%b]\n\n" % (last, b",".join(events))


async def _still_allowed(request: Request, parts: Parts) -> bool:
    """A page that was logged out, or whose token was taken away, sees no more."""
    try:
        await authenticate(parts, request.scope)
    except UnauthenticatedError:
        return False
    except UnavailableError:  # the database is away; that is no reason to cut everybody off
        return True
    return True


def _cursor(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise InvalidError("Last-Event-ID is not the id of an event. Leave it out to begin now.")
