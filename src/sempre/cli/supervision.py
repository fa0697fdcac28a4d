"""`sempre service`: what keeps Sempre running across crashes and restarts of the machine."""

import getpass
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen, units
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.units import Unit
from sempre.errors import MisconfiguredError, UnavailableError
from sempre.home import Home

service = typer.Typer(
    no_args_is_help=True, help="Print what PM2, systemd or Windows needs to keep Sempre running."
)

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it there instead of to stdout."),
]
NameOption = Annotated[str, typer.Option(metavar="NAME", help="What the service is called.")]
UserOption = Annotated[
    str | None,
    typer.Option(metavar="USER", show_default="you", help="Who it runs as; best not root."),
]


@service.command()
def pm2(
    home: HomeOption = None,
    name: NameOption = "sempre",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Print an ecosystem file for PM2: `pm2 start ecosystem.config.cjs`."""
    _give(units.pm2, _unit(home, name, None), output, json=json)


@service.command()
def systemd(
    home: HomeOption = None,
    name: NameOption = "sempre",
    user: UserOption = None,
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Print a unit for systemd, hardened as far as agents allow."""
    _give(units.systemd, _unit(home, name, user), output, json=json)


@service.command()
def windows(
    home: HomeOption = None,
    name: NameOption = "Sempre",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Print the commands that make a Windows service, with NSSM."""
    _give(units.windows, _unit(home, name, None), output, json=json)


def _unit(home: Path | None, name: str, user: str | None) -> Unit:
    from sempre.settings import load  # slow to import, and needed by these commands only

    place = Home.find(home)
    grace = load(place.path).server.grace_seconds
    return Unit(
        name=name,
        home=place.path,
        program=find_program(),
        user=user or getpass.getuser(),
        grace_seconds=grace,
    )


def find_program() -> Path:
    """The `sempre` beside the Python that runs this, else the one on the PATH; its full path."""
    beside = (
        Path(sys.executable).absolute().with_name("sempre.exe" if os.name == "nt" else "sempre")
    )
    if beside.is_file():
        return beside
    if on_path := shutil.which("sempre"):
        return Path(on_path).absolute()
    raise MisconfiguredError(
        "The program `sempre` is neither beside this Python nor on the PATH.",
        remedy="Install Sempre with pip into the environment that the service shall use.",
    )


def _give(write: Callable[[Unit], str], unit: Unit, output: Path | None, *, json: bool) -> None:
    text = write(unit)
    if output is not None:
        try:
            output.write_text(text, "utf-8")
        except OSError as error:
            raise UnavailableError(
                f"{output} cannot be written: {error.strerror}. Name another file, or leave -o out."
            ) from error
    if json:
        screen.json({"text": text, "file": None if output is None else str(output)})
    elif output is None:
        typer.echo(text, nl=False)
    else:
        screen.note(f"Written to {output}. Its first lines say what to do with it.")
