"""`sempre dead`: what failed for good and waits for a person."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from msgspec import Raw

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, LimitOption, TextOption, YesOption
from sempre.cli.pages import items_of
from sempre.cli.records import read
from sempre.cli.records.dead_letters import DeadLetter, LettersDone
from sempre.cli.records.turns import Turn
from sempre.cli.references import channel_of
from sempre.cli.texts import read_text
from sempre.cli.wording import head, plural, since, span, stamp
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


ChannelOption = Annotated[
    str | None,
    typer.Option("--channel", metavar="CHANNEL", help="All of this worker or channel."),
]
KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="All that failed for this reason.")
]
OlderOption = Annotated[
    str | None,
    typer.Option("--older-than", metavar="SPAN", help="All that wait for longer: 12h, 3d, 1w."),
]


@dead.command("list")
def list_letters(
    home: HomeOption = None,
    channel: ChannelOption = None,
    kind: KindOption = None,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """List dead letters, newest first."""
    query = {"channel": channel_of(channel) if channel else None, "kind": kind}
    found = items_of(Server.find(Home.find(home)), _PATH, query, limit)
    if json:
        screen.json(found)
    elif not found:
        screen.say("No dead letters.")
    else:
        screen.table(
            ("letter", "since", "attempts", "kind", "prompt", "why"),
            [_row(_letter(raw)) for raw in found],
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
    channel: ChannelOption = None,
    kind: KindOption = None,
    older: OlderOption = None,
    file: TextOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Try turns again, each under its number: those named, all, or all that match."""
    server = Server.find(Home.find(home))
    if many := _filter(letters, every, channel, kind, older):
        if file is not None:
            raise InvalidError("Another prompt goes with one letter. Name that one.")
        _clear(server, "retry", many, yes=yes, json=json)
        return
    chosen = _named(server, letters or [])
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
    channel: ChannelOption = None,
    kind: KindOption = None,
    older: OlderOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Let dead letters go: those named, all, or all that match. Their turns and records stay."""
    server = Server.find(Home.find(home))
    if many := _filter(letters, every, channel, kind, older):
        _clear(server, "purge", many, yes=yes, json=json)
        return
    chosen = _named(server, letters or [])
    if not yes:
        typer.confirm(f"Purge {plural(len(chosen), 'dead letter')}?", abort=True, err=True)
    for letter in chosen:
        server.ask("DELETE", f"{_PATH}/{letter.id}")
        if not json:
            screen.say(f"{letter.name} is purged.")
    if json:
        screen.json({"purged": [letter.id for letter in chosen]})


def _filter(
    letters: list[str] | None,
    every: bool,
    channel: str | None,
    kind: str | None,
    older: str | None,
) -> Mapping[str, str | None] | None:
    """What many letters have in common; None when they are named one by one."""
    narrowed = any((channel, kind, older))
    if bool(letters) == (every or narrowed):
        raise InvalidError(
            "Name dead letters, or say which: --channel, --kind, --older-than, or --all; `sempre dead` lists them."
        )
    if letters:
        return None
    return {
        "channel": channel_of(channel) if channel else None,
        "kind": kind,
        "created_before": (clock.now() - span(older)).isoformat() if older else None,
    }


def _clear(
    server: Server, action: str, many: Mapping[str, str | None], *, yes: bool, json: bool
) -> None:
    """Count, ask, then do it, in as many calls as it takes."""
    body: dict[str, object] = {"action": action, "filter": many}
    count = read(server.post(f"{_PATH}/bulk", {**body, "dry_run": True}), LettersDone).matched
    if count and not yes:
        question = f"{action.capitalize()} {plural(count, 'dead letter')}?"
        typer.confirm(question, abort=True, err=True)
    done = skipped = 0
    remaining = count
    while remaining:
        step = read(server.post(f"{_PATH}/bulk", {**body, "dry_run": False}), LettersDone)
        done, skipped = done + step.done, skipped + step.skipped
        remaining = step.remaining if step.done else 0
    if json:
        screen.json({"matched": count, "done": done, "skipped": skipped})
        return
    word = "tried again" if action == "retry" else "purged"
    screen.say(
        f"{plural(done, 'dead letter')} {word}" + (f", {skipped} skipped." if skipped else ".")
    )


def _named(server: Server, letters: Sequence[str]) -> list[DeadLetter]:
    found = _every(server)
    return [_letter(_find(found, letter)) for letter in letters]


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
        letter.failure.kind,
        head(letter.payload, 50),
        head(letter.failure.message, 240),
    )
