"""Puts the commands together, and turns our errors into one line and an exit code."""

import sys

import typer
from rich.console import Console

from sempre.cli import up
from sempre.errors import (
    ConflictError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    SempreError,
    UnavailableError,
)

# docs/reference/commands.md tells the same.
EXIT_CODES: tuple[tuple[type[SempreError], int], ...] = (
    (NotFoundError, 3),
    (ConflictError, 4),
    (RefusedError, 5),
    (UnavailableError, 6),
    (MisconfiguredError, 7),
)
_OTHERWISE = 1

app = typer.Typer(
    name="sempre",
    help="A self-hosted, stateful, always-on runtime for AI agents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(up.up)
app.command()(up.demo)


def main() -> None:
    try:
        app()
    except SempreError as error:
        Console(stderr=True, highlight=False, markup=False).print(error.message)
        sys.exit(exit_code(error))


def exit_code(error: SempreError) -> int:
    return next((code for family, code in EXIT_CODES if isinstance(error, family)), _OTHERWISE)
