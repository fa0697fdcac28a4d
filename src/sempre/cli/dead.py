"""`sempre dead`: what failed for good and waits for a person."""

from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec import Raw

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, LimitOption, TextOption, YesOption
from sempre.cli.pages import items_of
from sempre.cli.records import DeadLetter, Turn, read
from sempre.cli.texts import read_text
from sempre.cli.wording import head, plural, since, stamp
from sempre.errors import InvalidError, NotFoundError
from sempre.home import Home

dead = typer.Typer(
    cls=Listing,
    help="Dead letters, turns that failed for good: list, show, retry, purge. By itself it lists.",
)
_PATH = "/api/dead-letters"

Letter = Annotated[
    str,
    typer.Argument(metavar="LETTER", help="WORKER#NUMBER, such as coder#12, or the letter's id."),
]
Letters = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LETTER...", help="WORKER#NUMBER, such as coder#12, or the letter's id."
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="Every dead letter there is.")]


@dead.command("list")
def list_letters(
    home: HomeOption = None, limit: LimitOption = 50, json: JsonOption = False
) -> None:
    """List dead letters, newest first."""
    found = items_of(Server.find(Home.find(home)), _PATH, {}, limit)
    if json:
        screen.json(found)
    elif not found:
        screen.say("No dead letters.")
    else:
        screen.table(
            ("letter", "since", "attempts", "prompt", "why"), [_row(_letter(raw)) for raw in found]
        )


@dead.command("show")
def show_letter(letter: Letter, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show a dead letter: its prompt in full, and why it failed."""
    raw = _find(_every(Server.find(Home.find(home))), letter)
    if json:
        screen.json(raw)
        return
    found = _letter(raw)
    screen.say(found.name, bold=True)
    screen.say(f"  id        {found.id}")
    screen.say(f"  turn      {found.turn_id}")
    screen.say(f"  since     {stamp(found.created_at)}, after {plural(found.attempts, 'attempt')}")
    screen.say(f"  failure   {found.failure.kind}: {head(found.failure.message, 2000)}")
    screen.say("\nPrompt", bold=True)
    screen.text(found.payload)


@dead.command("retry")
def retry_letters(
    letters: Letters = None,
    home: HomeOption = None,
    every: AllOption = False,
    file: TextOption = None,
    json: JsonOption = False,
) -> None:
    """Try turns again, each under its number."""
    server = Server.find(Home.find(home))
    chosen = _choose(server, letters, every=every)
    if file is not None and len(chosen) != 1:
        raise InvalidError("Another prompt goes with one letter. Name that one.")
    body = {"text": read_text(file)} if file else None
    answers = [server.post(f"{_PATH}/{letter.id}/retry", body) for letter in chosen]
    if json:
        screen.json([Raw(answer) for answer in answers])
        return
    for answer in answers:
        screen.say(f"{read(answer, Turn).name} is tried again.")


@dead.command("purge")
def purge_letters(
    letters: Letters = None,
    home: HomeOption = None,
    every: AllOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Let dead letters go. Their turns and records stay."""
    server = Server.find(Home.find(home))
    chosen = _choose(server, letters, every=every)
    if chosen and not yes:
        typer.confirm(f"Purge {plural(len(chosen), 'dead letter')}?", abort=True, err=True)
    for letter in chosen:
        server.ask("DELETE", f"{_PATH}/{letter.id}")
        if not json:
            screen.say(f"{letter.name} is purged.")
    if json:
        screen.json({"purged": [letter.id for letter in chosen]})


def _choose(server: Server, letters: list[str] | None, *, every: bool) -> list[DeadLetter]:
    if every == bool(letters):
        raise InvalidError("Name dead letters, or say --all; `sempre dead` lists them.")
    found = _every(server)
    if every:
        return [_letter(raw) for raw in found]
    return [_letter(_find(found, letter)) for letter in letters or []]


def _every(server: Server) -> Sequence[Raw]:
    return items_of(server, _PATH, {}, None)


def _find(found: Sequence[Raw], name: str) -> Raw:
    """By its id, its turn's id or name."""
    for raw in found:
        letter = _letter(raw)
        if name in {letter.id, letter.turn_id, letter.name, f"{letter.channel}#{letter.number}"}:
            return raw
    raise NotFoundError(
        f"There is no dead letter {name}. `sempre dead` lists those there are.",
        code="dead_letter_not_found",
    )


def _letter(raw: Raw) -> DeadLetter:
    return read(raw, DeadLetter)


def _row(letter: DeadLetter) -> tuple[str, ...]:
    return (
        letter.name,
        since(letter.created_at, clock.now()),
        str(letter.attempts),
        head(letter.payload, 50),
        head(letter.failure.message, 240),
    )
