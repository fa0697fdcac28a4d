"""Options and arguments that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

from sempre.cli.queue import folders
from sempre.home import Home


def _complete_worker(context: typer.Context, incomplete: str) -> list[str]:
    """The folders of the queue: quick, and there also when nothing runs."""
    given = context.params.get("home")
    home = Home.find(Path(given) if given else None)
    places = (home, home.rehearsal)
    return sorted(
        {name for place in places for name in folders(place) if name.startswith(incomplete)}
    )


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="SEMPRE_HOME",
        show_default="the current folder",
        help="The folder that holds this Sempre.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WorkerArgument = Annotated[
    str,
    typer.Argument(metavar="WORKER", help="The worker's name.", autocompletion=_complete_worker),
]
AddressArgument = Annotated[
    str,
    typer.Argument(
        metavar="WORKER",
        help="The worker's name, or `api:NAME`: a channel that is addressed over the API alone.",
        autocompletion=_complete_worker,
    ),
]
WorkerFilter = Annotated[
    str | None,
    typer.Argument(metavar="[WORKER]", help="Only this worker.", autocompletion=_complete_worker),
]
TurnArgument = Annotated[
    str, typer.Argument(metavar="TURN", help="WORKER#NUMBER, such as coder#12, or the turn's id.")
]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most so many, newest first.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
TextOption = Annotated[
    Path | None,
    typer.Option(
        "--file", "-f", metavar="FILE", help="Another prompt to try it with; `-` reads stdin."
    ),
]
