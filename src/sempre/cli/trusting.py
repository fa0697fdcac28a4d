"""How a worker's folder and a board's repository are trusted alike: the files are shown, then a person decides."""

from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.records import read
from sempre.cli.records.trust import TrustStanding
from sempre.errors import ConflictError
from sempre.home import Home

TakeOption = Annotated[bool, typer.Option("--take", help="Trust the folder no longer.")]
ShowOption = Annotated[bool, typer.Option("--show", help="Only tell how it stands.")]


def settle(
    name: str, path: str, home: Path | None, *, take: bool, show: bool, yes: bool, json: bool
) -> None:
    """`path`: where the API has the trust of what is called `name`. Raises ConflictError: there is nothing to trust,
    or it has changed meanwhile."""
    answer = _decide(Server.find(Home.find(home)), path, take=take, show=show, yes=yes)
    if json:
        screen.json(answer)
        return
    found = read(answer, TrustStanding)
    screen.say(f"{name}: {found.state}", bold=True)
    screen.say(f"  {found.directory}")
    for each in found.files:
        screen.say(f"  {each}")


def _decide(server: Server, path: str, *, take: bool, show: bool, yes: bool) -> bytes:
    """What the server answers last."""
    answer = server.get(path)
    if show:
        return answer
    found = read(answer, TrustStanding)
    if not take:
        _ask(found, yes=yes)
    body = {"trusted": not take, "contents": "" if take else found.contents}
    return server.ask("PUT", path, body=body)


def _ask(found: TrustStanding, *, yes: bool) -> None:
    if not found.files:
        raise ConflictError(
            f"{found.directory} brings nothing that Claude Code would load; there is nothing to trust.",
            code="nothing_to_trust",
        )
    for each in found.files:
        screen.note(f"  {each}")
    if not yes:
        question = "Claude Code will obey these files and run their hooks, outside of the gate. Trust them?"
        typer.confirm(question, abort=True, err=True)
