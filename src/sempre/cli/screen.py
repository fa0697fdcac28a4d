"""What goes to stdout: tables for people (aligned text when piped), JSON for programs."""

import sys
from collections.abc import Sequence

import msgspec
import typer

from sempre.cli.wording import harmless
from sempre.telemetry.escape import one_line

_STYLES = {
    "running": "green",
    "answered": "green",
    "ok": "green",
    "parked": "yellow",
    "waiting": "yellow",
    "warning": "yellow",
    "away": "yellow",
    "stopped": "red",
    "failed": "red",
    "problem": "red",
    "queued": "cyan",
}


def is_terminal() -> bool:
    return sys.stdout.isatty()


def say(text: str = "", *, bold: bool = False, colour: str | None = None) -> None:
    """A line of our own words; looks only in a terminal."""
    typer.echo(typer.style(text, fg=colour, bold=bold) if bold or colour else text)


def note(text: str) -> None:
    """A line beside the result, on stderr."""
    typer.echo(text, err=True)


def json(value: object) -> None:
    """`value` is JSON already when it is bytes."""
    encoded = value if isinstance(value, bytes) else msgspec.json.encode(value)
    typer.echo(msgspec.json.format(encoded, indent=2).decode())


def json_line(value: object) -> None:
    """One of many: a program reads them line by line."""
    typer.echo(msgspec.json.encode(value).decode())


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The last column may be long: it wraps in a terminal and is whole when piped."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if is_terminal():
        _draw(columns, cells)
    else:
        _align([[column.upper() for column in columns], *cells])


def _align(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def _draw(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD  # slow to import, and of no use in a pipe
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for at, column in enumerate(columns):
        drawn.add_column(column, no_wrap=at < len(columns) - 1, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    Console(highlight=False).print(drawn)


def text(written: str) -> None:
    """What an agent wrote: harmless in a terminal, to the byte in a pipe."""
    typer.echo(harmless(written) if is_terminal() else written, nl=not written.endswith("\n"))
