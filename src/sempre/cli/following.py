"""One turn from its first event until it has been given out, whatever happens to the server meanwhile."""

from collections.abc import Iterator

from sempre import clock
from sempre.cli.client import Server
from sempre.cli.feed import Feed
from sempre.cli.patience import Patience, TimeRanOutError, ask
from sempre.cli.records import read
from sempre.cli.records.events import Event, EventPage
from sempre.cli.records.status import Status
from sempre.cli.records.turns import Turn
from sempre.home import Home

_GIVEN_OUT_WITHIN = 5.0  # seconds after its end; a full disk must not keep whoever waits


def newest(server: Server) -> int:
    """Where the log stands now: what happens from here on is not missed."""
    return read(server.get("/api/status"), Status).last_event_id


def follow_turn(home: Home, turn_id: str, patience: Patience) -> Iterator[Event]:
    """Its log until now, then what comes. Raises TimeRanOutError, UnavailableError."""
    last = ask(home, patience, newest)
    for event in ask(home, patience, lambda server: list(past(server, turn_id))):
        last = max(last, event.id)
        yield event
    turn = read(ask(home, patience, lambda server: server.get(f"/api/turns/{turn_id}")), Turn)
    if turn.published_at is None:
        yield from _until_given_out(home, turn, patience, after=last)


def past(server: Server, turn_id: str) -> Iterator[Event]:
    """What its log holds now."""
    cursor: int | None = 0
    while cursor is not None:
        query = {"after": cursor, "limit": 1000}
        page = read(server.get(f"/api/turns/{turn_id}/events", query), EventPage)
        yield from page.items
        cursor = page.next


def _until_given_out(home: Home, turn: Turn, patience: Patience, *, after: int) -> Iterator[Event]:
    ended = turn.ended
    if ended:
        patience.end_by = clock.ticks() + _GIVEN_OUT_WITHIN
    try:
        for event in Feed(home, patience, turn=turn.id, after=after):
            yield event
            if event.kind == "turn.published":
                return
            if event.kind == "turn.ended":
                ended, patience.end_by = True, clock.ticks() + _GIVEN_OUT_WITHIN
    except TimeRanOutError:
        if not ended:
            raise
