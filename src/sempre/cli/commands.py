"""Puts the commands together, and turns our errors into one line and an exit code."""

import io
import sys
from typing import Annotated, NoReturn

import typer

from sempre.cli.authority import TokenFileOption, take_from
from sempre.cli.exits import complain, exit_code
from sempre.cli.parts import PARTS
from sempre.errors import InvalidError, SempreError


def _print_version(wanted: bool) -> None:
    if wanted:
        from sempre import __version__  # slow to find

        typer.echo(f"sempre {__version__}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version."
        ),
    ] = False,
    token_file: TokenFileOption = None,
) -> None:
    """A self-hosted, stateful, always-on runtime for AI agents."""
    take_from(token_file)


def program(word: str = "") -> typer.Typer:
    """With the one part that this word asks for; with all of them when it asks for none, so that help, completion and
    what is mistyped know them all."""
    app = typer.Typer(
        name="sempre",
        help="A self-hosted, stateful, always-on runtime for AI agents.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        epilog="Exit codes: 0 done, 1 what was asked about failed, 2 wrong usage, 3 not found, 4 conflict, 5 refused, "
        "6 unavailable (Sempre does not run, or not in time), 7 misconfigured.",
    )
    app.callback()(_root)
    for part in [each for each in PARTS if each.word == word] or PARTS:
        part.add_to(app)
    return app


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another
    try:
        program(_asked())()
    except SempreError as error:
        _refuse(error)
    except UnicodeEncodeError:  # a name in bytes of another encoding; as a file's name it is good
        _refuse(InvalidError("A word of this command is not UTF-8. Write it anew."))


def _asked() -> str:
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _refuse(error: SempreError) -> NoReturn:
    complain(error, as_json="--json" in sys.argv)
    sys.exit(exit_code(error))
