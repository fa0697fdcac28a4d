"""`sempre turns`, `cancel` and `retry`: look at turns, stop one, try one again."""

from typing import Annotated, Literal, get_args

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Query, Server
from sempre.cli.groups import Listing
from sempre.cli.options import (
    HomeOption,
    JsonOption,
    LimitOption,
    TextOption,
    TurnArgument,
    WorkerFilter,
)
from sempre.cli.pages import items_of
from sempre.cli.records import read
from sempre.cli.records.turns import Attempt, Turn, TurnSummary
from sempre.cli.references import channel_of, find_turn, get_turn
from sempre.cli.texts import read_text
from sempre.cli.wording import dollars, duration, head, since, stamp
from sempre.home import Home

turns = typer.Typer(
    cls=Listing,
    help="List turns, or show one with its answer and every attempt. By itself it lists.",
)

State = Literal["queued", "running", "waiting", "parked", "answered", "failed", "cancelled"]
StateOption = Annotated[
    State | None, typer.Option(help=f"Only turns in this state: {', '.join(get_args(State))}.")
]
SearchOption = Annotated[
    str | None,
    typer.Option(
        "--search", "-s", metavar="WORDS", help="Only turns with these words in prompt or answer."
    ),
]


@turns.command("list")
def list_turns(
    worker: WorkerFilter = None,
    home: HomeOption = None,
    state: StateOption = None,
    search: SearchOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List turns, newest first."""
    query: Query = {
        "channel": None if worker is None else channel_of(worker),
        "state": state,
        "q": search,
    }
    found = items_of(Server.find(Home.find(home)), "/api/turns", query, limit)
    if json:
        screen.json(found)
        return
    rows = [_row(read(item, TurnSummary)) for item in found]
    screen.table(("turn", "state", "received", "took", "cost", "prompt"), rows)


@turns.command("show")
def show_turn(turn: TurnArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show a turn: prompt, answer, failure, attempts."""
    found, answer = get_turn(Server.find(Home.find(home)), turn)
    if json:
        screen.json(answer)
    else:
        _print(found)


def cancel(turn: TurnArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Stop a turn: at once when it waits, within a second when it runs."""
    server = Server.find(Home.find(home))
    _tell(
        server.post(f"/api/turns/{find_turn(server, turn)}/cancel"), "is being stopped", json=json
    )


def retry(
    turn: TurnArgument,
    home: HomeOption = None,
    file: TextOption = None,
    json: JsonOption = False,
) -> None:
    """Try a failed or cancelled turn again, under its number."""
    body = {"text": read_text(file)} if file else None
    server = Server.find(Home.find(home))
    answer = server.post(f"/api/turns/{find_turn(server, turn)}/retry", body)
    _tell(answer, "is tried again", json=json)


def _tell(answer: bytes, what: str, *, json: bool) -> None:
    if json:
        screen.json(answer)
        return
    turn = read(answer, Turn)
    screen.say(f"{turn.name} is {turn.state}." if turn.ended else f"{turn.name} {what}.")


def _row(turn: TurnSummary) -> tuple[str, ...]:
    return (
        turn.name,
        turn.state,
        f"{since(turn.received_at, clock.now())} ago",
        _took(turn),
        dollars(turn.cost_micros) if turn.usage.output_tokens else "",
        head(turn.prompt_head, 160),
    )


def _took(turn: TurnSummary) -> str:
    if turn.started_at is None:
        return ""
    return duration((turn.finished_at or clock.now()) - turn.started_at)


def _print(turn: Turn) -> None:
    facts = {
        "id": turn.id,
        "state": turn.state,
        "received": stamp(turn.received_at),
        "ended": stamp(turn.finished_at),
        "model": turn.model or "",
        "session": turn.session_id or "",
        "tokens": f"{turn.usage.input_tokens} in, {turn.usage.output_tokens} out",
        "cost": dollars(turn.cost_micros),
        "again at": stamp(turn.retry_at),
        "failure": f"{turn.failure.kind}: {turn.failure.message}" if turn.failure else "",
    }
    screen.say(turn.name, bold=True)
    for name, value in facts.items():
        if value:
            screen.say(f"  {name:9} {head(value, 2000)}")
    for attempt in turn.attempt_log:
        screen.say(f"  attempt {attempt.number} {_attempt(attempt)}")
    screen.say("\nPrompt", bold=True)
    screen.text(turn.prompt)
    if turn.answer is not None:
        screen.say("\nAnswer", bold=True)
        screen.text(turn.answer)


def _attempt(attempt: Attempt) -> str:
    took = f" after {duration(attempt.ended_at - attempt.started_at)}" if attempt.ended_at else ""
    why = f": {head(attempt.failure.message, 300)}" if attempt.failure else ""
    return f"{attempt.state}{took}{why}"
