"""`sempre card log` and `sempre card diff`: what a run says and does, and what it changed."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from msgspec import Raw, Struct

from sempre.cli import screen
from sempre.cli.card_runs import RunOption, find_run
from sempre.cli.card_waiting import is_about
from sempre.cli.cards import CardArgument, path_of
from sempre.cli.client import Server
from sempre.cli.feed import Feed
from sempre.cli.following import newest, past
from sempre.cli.narration import Narrator
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.patience import Patience
from sempre.cli.pens import Ink, Single
from sempre.cli.records import read
from sempre.cli.records.cards import Card
from sempre.cli.records.diffs import Diff, DiffFile
from sempre.cli.records.events import Event
from sempre.cli.records.executions import Execution, ExecutionSummary
from sempre.cli.wording import harmless
from sempre.home import Home

reading = typer.Typer()  # part of `sempre card`

FollowOption = Annotated[
    bool, typer.Option("--follow", "-f", help="Go on as it happens, until the run has ended.")
]
PathOption = Annotated[
    str | None, typer.Option("--path", metavar="FILE", help="Of this file only.")
]
StatOption = Annotated[bool, typer.Option("--stat", help="Only which files, and how much.")]


class _Log(Struct):
    logs: list[Raw]


class _Page(Struct, rename="camel"):
    execution: _Log
    next: int
    has_more: bool


@reading.command("log")
def card_log(
    name: CardArgument,
    home: HomeOption = None,
    number: RunOption = None,
    follow: FollowOption = False,
    json: JsonOption = False,
) -> None:
    """Show what a card's run said and did. With --follow and --json: its events, one a line."""
    server = Server.find(Home.find(home))
    found = read(server.get(path_of(name)), Card)
    run = find_run(server, found, number)
    if json and not follow:
        screen.json(list(_lines(server, found.key, run)))
        return
    after = newest(server)
    execution = read(server.get(f"/api/runs/{run.id}"), Execution)
    events = _until_now(server, execution)
    if follow and execution.is_active:  # as it was after `after`: its end is still to come
        events = _following(server, found.channel, execution, events, after=after)
    narrator = Narrator(Single(Ink(sys.stdout, colours=screen.is_terminal())))
    with contextlib.suppress(KeyboardInterrupt):  # that is how one stops watching
        for event in events:
            if json:
                screen.json_line(event)
            else:
                narrator.tell(event)


@reading.command("diff")
def card_diff(
    name: CardArgument,
    home: HomeOption = None,
    number: RunOption = None,
    path: PathOption = None,
    stat: StatOption = False,
    json: JsonOption = False,
) -> None:
    """Show what a card's run changed, as git does."""
    server = Server.find(Home.find(home))
    run = find_run(server, read(server.get(path_of(name)), Card), number)
    answer = server.get(f"/api/runs/{run.id}/diff", {"path": path})
    if json:
        screen.json(answer)
        return
    diff = read(answer, Diff)
    if diff.uncommitted_count:
        screen.note(_left_out(diff))
    for file in diff.files:
        if stat:
            screen.say(_stat(file))
        else:
            _print(file)


def _lines(server: Server, key: str, run: ExecutionSummary) -> Iterator[Raw]:
    cursor, more = 0, True
    while more:
        query = {"execution": run.id, "after": cursor, "limit": 1000}
        page = read(server.get(f"/api/logs/{key}", query), _Page)
        yield from page.execution.logs
        cursor, more = page.next, page.has_more


def _until_now(server: Server, run: Execution) -> Iterator[Event]:
    """Its stages, each with its turn's log."""
    for visit in run.visits:
        yield _heading("run.stage", visit.stage, visit.kind, result=None)
        if visit.turn is not None:
            yield from past(server, visit.turn.id)
        if visit.result is not None:
            yield _heading("run.stage_ended", visit.stage, visit.kind, result=visit.result)


def _heading(kind: str, stage: str, work: str, *, result: str | None) -> Event:
    from sempre import clock  # of use on this way only

    details = {"stage": stage, "kind": work, "result": result}
    return Event(
        id=0, at=clock.now(), kind=kind, channel=None, turn_id=None, seq=None, details=details
    )


def _following(
    server: Server, channel: str, run: Execution, before: Iterator[Event], *, after: int
) -> Iterator[Event]:
    """What was told until now is not told again."""
    told: set[int] = set()
    for event in before:
        told.add(event.id)
        yield event
    for event in Feed(server.home, Patience(), channel=channel, after=after):
        if event.id not in told and (event.turn_id is not None or is_about(event, run.id)):
            yield event
        if event.kind == "run.ended" and is_about(event, run.id):
            return


def _left_out(diff: Diff) -> str:
    more = diff.uncommitted_count - len(diff.uncommitted)
    named = ", ".join(diff.uncommitted) + (f" and {more} more" if more else "")
    return f"Not committed in the worktree, so neither here nor merged: {named}"


def _stat(file: DiffFile) -> str:
    count = "binary" if file.binary else f"+{file.added} -{file.removed}"
    return f"{file.change[:1].upper()}  {count:>12}  {_name(file)}"


def _name(file: DiffFile) -> str:
    from sempre.telemetry.escape import one_line  # of use on this way only

    moved = "" if file.old_path is None else f"{file.old_path} → "
    return one_line(f"{moved}{file.path}")


_SIGNS = {"added": "+", "removed": "-", "context": " ", "note": "\\"}
_COLOURS = {"added": "green", "removed": "red"}


def _print(file: DiffFile) -> None:
    screen.say(f"{file.change} {_name(file)}", bold=True)
    if file.binary:
        screen.say("  It is no text.")
    colours = screen.is_terminal()
    for hunk in file.hunks:
        screen.say(f"@@ {hunk.old_start} → {hunk.new_start} @@ {hunk.heading}", colour="cyan")
        for line in hunk.lines:
            text = harmless(line.text) if colours else line.text
            screen.say(f"{_SIGNS[line.kind]}{text}", colour=_COLOURS.get(line.kind))
    if file.cut:
        screen.say("  There is more; --path shows one file.")
