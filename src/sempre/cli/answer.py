"""Waiting for an answer: it goes to stdout, what holds it up to stderr."""

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.following import follow_turn
from sempre.cli.headlines import headline
from sempre.cli.patience import Patience, TimeRanOutError, ask
from sempre.cli.records import read
from sempre.cli.records.events import Event
from sempre.cli.records.turns import Turn
from sempre.cli.records.workers import Worker
from sempre.cli.waits import why
from sempre.home import Home

_AWAY = 120.0  # seconds
_TOLD = frozenset(
    {"turn.retrying", "turn.note", "approval.asked", "channel.parked", "channel.stopped"}
)


def wait_for(home: Home, turn: Turn, *, seconds: float | None) -> tuple[Turn, bytes]:
    """The turn as it ended, also when Sempre is started again meanwhile. Raises TimeRanOutError when it has not
    ended within `seconds`."""
    patience = Patience(_AWAY, end_by=None if seconds is None else clock.ticks() + seconds)
    if held_up := ask(home, patience, lambda server: _held_up(server, turn)):
        screen.note(f"{turn.name} waits: {held_up}")
    try:
        for event in follow_turn(home, turn.id, patience):
            _tell(event)
    except TimeRanOutError as error:
        raise TimeRanOutError(
            f"{turn.name} has not ended within {seconds:g} seconds. It goes on: `sempre tail {turn.name}` follows it."
        ) from error
    answer = ask(home, Patience(_AWAY), lambda server: server.get(f"/api/turns/{turn.id}"))
    return read(answer, Turn), answer


def _held_up(server: Server, turn: Turn) -> str | None:
    """Why it may take long before it is begun; None when it is next, or after one that runs."""
    workers = read(server.get("/api/workers"), list[Worker])
    place = next((worker for worker in workers if worker.channel == turn.channel), None)
    if turn.ended or place is None or place.state in {"idle", "running"}:
        return None
    return why(turn, place, clock.now())


def _tell(event: Event) -> None:
    if event.kind in _TOLD:
        screen.note(headline(event))


def outcome(turn: Turn) -> str:
    """Why there is no answer, and what to do."""
    if turn.failure is None:
        return f"{turn.name} was {turn.state}; it has no answer. `sempre retry {turn.name}` tries it again."
    return f"{turn.name} {turn.state}: {turn.failure.message} `sempre retry {turn.name}` tries it again."
