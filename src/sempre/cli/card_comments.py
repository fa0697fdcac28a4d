"""`sempre card comment`: comments on lines of a run's diff, gathered, then sent to the agent as one turn."""

from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.card_runs import RunOption, find_run
from sempre.cli.card_starting import start
from sempre.cli.cards import CardArgument, path_of
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.cards import Card
from sempre.cli.records.diffs import LineComment
from sempre.cli.records.executions import ExecutionSummary
from sempre.cli.texts import given_text
from sempre.cli.wording import plural
from sempre.errors import InvalidError
from sempre.home import Home

commenting = typer.Typer()  # part of `sempre card`

PlaceArgument = Annotated[
    str,
    typer.Argument(metavar="FILE:LINE", help="A line of what it changed, such as src/price.py:12."),
]
WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="TEXT", show_default=False, help="What to change; `-` reads stdin."),
]
FileOption = Annotated[
    Path | None, typer.Option("--file", "-f", metavar="FILE", help="What to change, in a file.")
]
OldOption = Annotated[bool, typer.Option("--old", help="The line of the version before.")]
SendOption = Annotated[
    bool, typer.Option("--send", help="Send it at once, with all that were not sent yet.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait", "-w", help="Wait until the run ends or wants something of you.")
]
CommentArgument = Annotated[
    str, typer.Argument(metavar="COMMENT", help="Its id, as `sempre card comments` shows it.")
]


@commenting.command("comment")
def comment_line(
    name: CardArgument,
    place: PlaceArgument,
    words: WordsArgument = None,
    home: HomeOption = None,
    file: FileOption = None,
    old: OldOption = False,
    number: RunOption = None,
    send: SendOption = False,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Comment on a line of a card's diff. The agent gets the comments when they are sent."""
    path, line = _place(place)
    text = given_text(words or [], file)
    server = Server.find(Home.find(home))
    run = _run(server, name, number)
    said = {"file": path, "line": line, "side": "old" if old else "new", "text": text.strip()}
    answer = server.post(_path(run), {"comments": [said]})
    if send:
        start(server, f"{_path(run)}/send", None, wait=wait, json=json)
    elif json:
        screen.json(answer)
    else:
        key = name.upper()
        screen.say(f"Noted for {path}:{line}. `sempre card send-comments {key}` sends it.")


@commenting.command("comments")
def list_comments(
    name: CardArgument, home: HomeOption = None, number: RunOption = None, json: JsonOption = False
) -> None:
    """List the comments on a card's diff, and which the agent has not got yet."""
    server = Server.find(Home.find(home))
    answer = server.get(_path(_run(server, name, number)))
    if json:
        screen.json(answer)
        return
    found = read(answer, list[LineComment])
    if not found:
        screen.say("No comments. `sempre card comment CARD FILE:LINE TEXT` writes one.")
        return
    screen.table(("comment", "line", "sent", "by", "text"), [_row(each) for each in found])


@commenting.command("uncomment")
def remove_comment(
    name: CardArgument,
    comment: CommentArgument,
    home: HomeOption = None,
    number: RunOption = None,
    json: JsonOption = False,
) -> None:
    """Take a comment back that was not sent yet."""
    server = Server.find(Home.find(home))
    run = _run(server, name, number)
    found = read(server.get(_path(run)), list[LineComment])
    meant = [each for each in found if each.id.endswith(comment.lower())]
    whole = meant[0].id if len(meant) == 1 else comment
    server.ask("DELETE", f"{_path(run)}/{whole}")
    if json:
        screen.json({"deleted": whole})
    else:
        screen.say("It is taken back.")


@commenting.command("send-comments")
def send_comments(
    name: CardArgument,
    home: HomeOption = None,
    number: RunOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Give the agent all comments that were not sent yet, as one turn."""
    server = Server.find(Home.find(home))
    run = _run(server, name, number)
    if not json:
        found = read(server.get(_path(run)), list[LineComment])
        waiting = sum(1 for each in found if each.sent_in is None)
        screen.note(f"{plural(waiting, 'comment')} for the agent.")
    start(server, f"{_path(run)}/send", None, wait=wait, json=json)


def _run(server: Server, name: str, number: int | None) -> ExecutionSummary:
    return find_run(server, read(server.get(path_of(name)), Card), number)


def _path(run: ExecutionSummary) -> str:
    return f"/api/runs/{run.id}/comments"


def _place(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    if not path or not (line.isascii() and line.isdigit()) or int(line) < 1:
        raise InvalidError(f"{place} names no line. Say FILE:LINE, such as src/price.py:12.")
    return path, int(line)


def _row(each: LineComment) -> tuple[str, ...]:
    old = " (before)" if each.side == "old" else ""
    sent = "" if each.sent_in is None else "yes"
    return (each.id[-_SHORT:], f"{each.file}:{each.line}{old}", sent, each.by, each.text)


_SHORT = 12  # the end of an id tells it apart
