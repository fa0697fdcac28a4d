"""`sempre card run` and what else a person does with a run: stop it, decide, settle what it did."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.card_starting import start, tell_run
from sempre.cli.cards import CardArgument, StageName, path_of
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.records import read
from sempre.cli.records.cards import Card
from sempre.cli.records.executions import Merged, Rebased
from sempre.cli.texts import given_text, read_text
from sempre.home import Home

running = typer.Typer()  # part of `sempre card`

FromOption = Annotated[StageName | None, typer.Option("--from", help="Begin at this stage.")]
OnlyOption = Annotated[StageName | None, typer.Option("--only", help="Do this stage alone.")]
DescriptionOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", metavar="FILE", help="In the place of the card's text."),
]
SpecOption = Annotated[
    Path | None, typer.Option("--spec", metavar="FILE", help="In the place of its spec.")
]
InstructionsOption = Annotated[
    str | None, typer.Option("--instructions", "-i", help="In the place of the board's.")
]
FreshOption = Annotated[
    bool | None,
    typer.Option("--fresh/--resume", help="A new conversation, or that of the run before."),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", "-w", help="Wait until it ends or wants something of you.")
]
CommentsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="TEXT", show_default=False, help="What to change; `-` reads stdin."),
]
CommentsOption = Annotated[
    Path | None, typer.Option("--file", "-f", metavar="FILE", help="What to change, in a file.")
]


@running.command("run")
def run_card(
    name: CardArgument,
    home: HomeOption = None,
    first: FromOption = None,
    only: OnlyOption = None,
    file: DescriptionOption = None,
    spec: SpecOption = None,
    instructions: InstructionsOption = None,
    fresh: FreshOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Run a card through its stages, from any of them, with other words if you like."""
    said = {
        "fromStage": first,
        "onlyStage": only,
        "description": None if file is None else read_text(file),
        "spec": None if spec is None else read_text(spec),
        "instructions": instructions,
        "session": _session(fresh),
    }
    _start(home, name, "run", said, wait=wait, json=json)


@running.command("retry")
def retry_card(
    name: CardArgument,
    home: HomeOption = None,
    fresh: FreshOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Try the stage again at which the last run failed or was cancelled."""
    _start(home, name, "retry", {"session": _session(fresh)}, wait=wait, json=json)


@running.command("cancel")
def cancel_card(name: CardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Stop a card's run. What it did stays in its worktree."""
    answer = Server.find(Home.find(home)).post(path_of(name, "cancel"))
    tell_run(answer, "is being stopped", json=json)


@running.command("approve-plan")
def approve_plan(
    name: CardArgument,
    home: HomeOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Let a run go on whose plan waits for you."""
    _start(home, name, "approve-plan", {}, wait=wait, json=json)


@running.command("send-back")
def send_back(
    name: CardArgument,
    words: CommentsArgument = None,
    home: HomeOption = None,
    file: CommentsOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Send a plan, or a finished change, back to the agent with comments."""
    comments = given_text(words or [], file)
    _start(home, name, "send-back", {"comments": comments}, wait=wait, json=json)


@running.command("unstick")
def unstick_card(name: CardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Take up a run again that says it runs while nobody runs it."""
    answer = Server.find(Home.find(home)).post(path_of(name, "unstick"))
    tell_run(answer, "goes on", json=json)


@running.command("rebase")
def rebase_card(name: CardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Bring a card's branch up to the base as it is now."""
    answer = Server.find(Home.find(home)).post(path_of(name, "rebase"))
    if json:
        screen.json(answer)
    else:
        screen.say(f"{name.upper()} stands on the base now, at {read(answer, Rebased).head[:12]}.")


@running.command("merge")
def merge_card(name: CardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Merge a card's change into the base. Needs a token of scope `approve` in SEMPRE_TOKEN."""
    answer = Server.find(Home.find(home)).post(path_of(name, "merge"))
    if json:
        screen.json(answer)
    else:
        screen.say(f"{name.upper()} is merged as {read(answer, Merged).commit[:12]}.")


@running.command("discard")
def discard_card(
    name: CardArgument, home: HomeOption = None, yes: YesOption = False, json: JsonOption = False
) -> None:
    """Remove the worktree and branch of a card's last run. Needs a token of scope `approve` in SEMPRE_TOKEN."""
    server = Server.find(Home.find(home))
    found = read(server.get(path_of(name)), Card)
    if not yes:
        what = f"Discard what was done for {found.key} on {found.branch or 'its branch'}?"
        typer.confirm(what, abort=True, err=True)
    answer = server.post(path_of(found.key, "discard"))
    if json:
        screen.json(answer)
    else:
        screen.say(f"What was done for {found.key} is discarded.")


def _start(
    home: Path | None,
    name: str,
    action: str,
    said: Mapping[str, object],
    *,
    wait: bool,
    json: bool,
) -> None:
    body = {key: value for key, value in said.items() if value is not None}
    start(Server.find(Home.find(home)), path_of(name, action), body or None, wait=wait, json=json)


def _session(fresh: bool | None) -> str | None:
    return None if fresh is None else ("fresh" if fresh else "resume")
