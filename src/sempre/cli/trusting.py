"""What trusting a worker's folder and a board's repository have in common: the files are shown, then a person decides."""

from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.board_records import BoardTrust
from sempre.cli.client import Server
from sempre.cli.records import FolderTrust, read
from sempre.errors import ConflictError

TakeOption = Annotated[bool, typer.Option("--take", help="Trust the folder no longer.")]
ShowOption = Annotated[bool, typer.Option("--show", help="Only tell how it stands.")]


def decide(
    server: Server,
    path: str,
    form: type[FolderTrust] | type[BoardTrust],
    *,
    take: bool,
    show: bool,
    yes: bool,
) -> bytes:
    """What the server answers last. Raises ConflictError: there is nothing to trust, or it has changed meanwhile."""
    answer = server.get(path)
    if show:
        return answer
    found = read(answer, form)
    if not take:
        _ask(found, yes=yes)
    body = {"trusted": not take, "contents": "" if take else found.contents}
    return server.ask("PUT", path, body=body)


def tell(name: str, found: FolderTrust | BoardTrust) -> None:
    screen.say(f"{name}: {found.state}", bold=True)
    screen.say(f"  {found.directory}")
    for each in found.files:
        screen.say(f"  {each}")


def _ask(found: FolderTrust | BoardTrust, *, yes: bool) -> None:
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
