"""`sempre approvals`: calls of agents that wait for a person, and deciding them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from msgspec import DecodeError
from msgspec import json as coding

from sempre import clock
from sempre.cli import screen
from sempre.cli.approval_table import print_table
from sempre.cli.desks import Desk, OpenDesk, at_desk
from sempre.cli.editor import edited
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, LimitOption, WorkerFilter
from sempre.cli.records import read
from sempre.cli.records.approvals import Approval, ApprovalSummary
from sempre.cli.references import channel_of
from sempre.cli.texts import read_text
from sempre.cli.wording import head, stamp, until
from sempre.errors import ConflictError, InvalidError, NotFoundError
from sempre.home import Home

approvals = typer.Typer(
    cls=Listing,
    help="Calls of agents that wait for a person: list, show, approve, edit, refuse. By itself it lists. Deciding "
    "needs a token of scope `approve` in SEMPRE_TOKEN. They can also be decided while Sempre does not run.",
)

Reference = Annotated[
    str,
    typer.Argument(
        metavar="APPROVAL",
        help="Its id, or WORKER#NUMBER of the turn that waits, such as coder#12.",
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="Also those that were decided.")]
TurnOption = Annotated[
    bool,
    typer.Option("--turn", help="And calls like it, at no higher risk, until the turn ends."),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", "-r", help="What the agent is told about it.")
]
CommandOption = Annotated[
    str | None, typer.Option("--command", "-c", help="Run this command instead.")
]
InputOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", help="The whole input as JSON, from a file; `-` reads stdin."),
]


@approvals.command("list")
def list_approvals(
    worker: WorkerFilter = None,
    home: HomeOption = None,
    every: AllOption = False,
    limit: LimitOption = 50,
    json: JsonOption = False,
) -> None:
    """List what waits for a person, newest first."""
    query = {
        "channel": None if worker is None else channel_of(worker),
        "state": None if every else "open",
    }
    found = at_desk(home, lambda desk: desk.every(query, limit))
    if json:
        screen.json(found)
    elif not found:
        screen.say("Nothing waits for you.")
    else:
        print_table([read(raw, ApprovalSummary) for raw in found])


@approvals.command("show")
def show_approval(approval: Reference, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show a call with its input, exactly as the agent wants to make it."""
    answer = at_desk(home, lambda desk: desk.get(_find(desk, approval)))
    if json:
        screen.json(answer)
    else:
        _print(read(answer, Approval))


@approvals.command("approve")
def approve(
    approval: Reference,
    home: HomeOption = None,
    turn: TurnOption = False,
    json: JsonOption = False,
) -> None:
    """Let a call through."""
    _decide(approval, home, {"decision": "approve_turn" if turn else "approve"}, json=json)


@approvals.command("edit")
def edit(
    approval: Reference,
    home: HomeOption = None,
    command: CommandOption = None,
    file: InputOption = None,
    reason: ReasonOption = None,
    json: JsonOption = False,
) -> None:
    """Let a call through with another input; without an option your editor opens. The rules judge it again, so Sempre
    must run."""
    if command is not None and file is not None:
        raise InvalidError("Give --command or --file, not both.")
    desk = OpenDesk(Home.find(home))
    found = read(desk.get(_find(desk, approval)), Approval)
    if command is not None:
        given: Mapping[str, object] = {**found.input, "command": command}
    else:
        given = _object(read_text(file) if file is not None else _edited(found))
    body = {"decision": "approve", "input": given, "reason": reason}
    _decide(found.id, home, body, json=json)


@approvals.command("refuse")
def refuse(
    approval: Reference,
    home: HomeOption = None,
    reason: ReasonOption = None,
    json: JsonOption = False,
) -> None:
    """Refuse a call; the agent goes on without it, and is told why."""
    _decide(approval, home, {"decision": "refuse", "reason": reason}, json=json)


def _decide(approval: str, home: Path | None, body: Mapping[str, object], *, json: bool) -> None:
    answer, then = at_desk(home, lambda desk: (desk.decide(_find(desk, approval), body), desk.then))
    if json:
        screen.json(answer)
        return
    decided = read(answer, Approval)
    word = "refused" if decided.decision == "refuse" else "approved"
    screen.say(f"{head(decided.headline, 200)}: {word}.{then}")


def _find(desk: Desk, name: str) -> str:
    """The id: given as such, or the one call that waits in this turn."""
    if "#" not in name:
        return name
    waiting = [
        each
        for raw in desk.every({"state": "open"}, None)
        if name in {(each := read(raw, ApprovalSummary)).turn, f"{each.channel}#{each.turn_number}"}
    ]
    if not waiting:
        raise NotFoundError(
            f"Nothing of {name} waits for a person. `sempre approvals` lists what does.",
            code="approval_not_found",
        )
    if len(waiting) > 1:
        raise ConflictError(f"Several calls of {name} wait. Name one by its id.")
    return waiting[0].id


def _edited(found: Approval) -> str:
    return edited(
        coding.format(coding.encode(found.input), indent=2).decode() + "\n", suffix=".json"
    )


def _object(text: str) -> Mapping[str, object]:
    try:
        return coding.decode(text, type=dict[str, object])
    except DecodeError as error:
        raise InvalidError(f"The input must be a JSON object: {error}.") from error


def _print(approval: Approval) -> None:
    screen.say(head(approval.headline, 300), bold=True)
    screen.say(f"  id        {approval.id}")
    screen.say(f"  turn      {approval.turn}: {head(approval.prompt_head, 120)}")
    screen.say(f"  state     {approval.state}, asked {stamp(approval.asked_at)}")
    if approval.decided_by is not None:
        screen.say(f"  decided   by {approval.decided_by}, {stamp(approval.decided_at)}")
    else:
        screen.say(f"  expires   {until(approval.expires_at, clock.now())}")
    screen.say(f"  rule      {approval.rule}: {head(approval.rule_reason, 300)}")
    screen.say(f"  risk      {approval.risk}: {head(approval.risk_reason, 300)}")
    screen.say(f"  in        {head(approval.directory, 300)}")
    if approval.state == "unknown":
        screen.say("  It was let through once, then something broke: whether it ran is not known.")
    if approval.why:
        screen.say("\nThe agent said", bold=True)
        screen.text(approval.why)
    screen.say("\nInput", bold=True)
    screen.text(coding.format(coding.encode(approval.input), indent=2).decode())
    if approval.changed_input is not None:
        screen.say("\nChanged to", bold=True)
        screen.text(coding.format(coding.encode(approval.changed_input), indent=2).decode())
