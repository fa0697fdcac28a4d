"""Waiting for a run: until it ends, or wants something of a person."""

from urllib.parse import quote

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.feed import Feed
from sempre.cli.headlines import headline
from sempre.cli.patience import Patience, ask
from sempre.cli.records import read
from sempre.cli.records.cards import CardSummary
from sempre.cli.records.events import Event
from sempre.cli.records.executions import Execution

_AWAY = 120.0  # seconds
_WORTH_LOOKING = frozenset({"run.ended", "run.waiting"})


def wait_for(server: Server, run: Execution, *, after: int) -> tuple[Execution, bytes]:
    """The run as it stands then, read and as it was sent; also when Sempre is started again meanwhile."""
    channel = channel_of(server, run)
    now, answer = _look(server, run.id)
    if _is_over(now):
        return now, answer
    for event in Feed(server.home, Patience(_AWAY), channel=channel, after=after):
        if event.kind.startswith("run.") and event.kind != "run.turn":
            screen.note(headline(event))
        if is_about(event, run.id) and event.kind in _WORTH_LOOKING:
            now, answer = _look(server, run.id)
            if _is_over(now):
                break
    return now, answer


def channel_of(server: Server, run: Execution) -> str:
    """Where its events stand."""
    return read(server.get(f"/api/cards/{quote(run.card_key, safe='')}"), CardSummary).channel


def is_about(event: Event, run_id: str) -> bool:
    return event.details.get("run_id") == run_id


def _look(server: Server, run_id: str) -> tuple[Execution, bytes]:
    answer = ask(server.home, Patience(_AWAY), lambda now: now.get(f"/api/runs/{run_id}"))
    return read(answer, Execution), answer


def _is_over(run: Execution) -> bool:
    return not run.is_active or run.waits_for_person
