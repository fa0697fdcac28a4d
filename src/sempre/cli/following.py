"""One turn from its first event until it has been given out, whatever happens to the server meanwhile."""

from collections.abc import Iterator

from sempre import clock
from sempre.cli.client import Server
from sempre.cli.feed import Feed, TimeRanOutError
from sempre.cli.records import Event, EventPage, Status, Turn, read

_GIVEN_OUT_WITHIN = 5.0  # seconds after its end; a full disk must not keep whoever waits
_PATIENCE = 120.0


def newest(server: Server) -> int:
    """Where the log stands now: what happens from here on is not missed."""
    return read(server.get("/api/status"), Status).last_event_id


def follow_turn(server: Server, turn: Turn, *, end_by: float | None = None) -> Iterator[Event]:
    """Its log until now, then what comes. Raises TimeRanOutError at `end_by`, UnavailableError."""
    last = newest(server)
    for event in past(server, turn.id):
        last = max(last, event.id)
        yield event
    turn = read(server.get(f"/api/turns/{turn.id}"), Turn)
    if turn.published_at is None:
        feed = Feed(server, turn=turn.id, after=last, patience=_PATIENCE, end_by=end_by)
        yield from _until_given_out(feed, ended=turn.ended)


def past(server: Server, turn_id: str) -> Iterator[Event]:
    """What its log holds now."""
    cursor: int | None = 0
    while cursor is not None:
        query = {"after": cursor, "limit": 1000}
        page = read(server.get(f"/api/turns/{turn_id}/events", query), EventPage)
        yield from page.items
        cursor = page.next


def _until_given_out(feed: Feed, *, ended: bool) -> Iterator[Event]:
    if ended:
        feed.end_by = clock.ticks() + _GIVEN_OUT_WITHIN
    try:
        for event in feed:
            yield event
            if event.kind == "turn.published":
                return
            if event.kind == "turn.ended":
                ended, feed.end_by = True, clock.ticks() + _GIVEN_OUT_WITHIN
    except TimeRanOutError:
        if not ended:
            raise
