"""Which run of a card a person means."""

from typing import Annotated

import typer

from sempre.cli.cards import path_of
from sempre.cli.client import Server
from sempre.cli.records import read
from sempre.cli.records.cards import Card
from sempre.cli.records.executions import ExecutionSummary
from sempre.errors import NotFoundError

RunOption = Annotated[
    int | None, typer.Option("--run", metavar="NUMBER", min=1, help="An earlier run of the card.")
]


def find_run(server: Server, found: Card, number: int | None) -> ExecutionSummary:
    """The newest one, where none is named. Raises NotFoundError."""
    if number is None:
        if found.run is None:
            raise NotFoundError(
                f"{found.key} has not run yet. `sempre card run {found.key}` runs it.",
                code="run_not_found",
            )
        return found.run
    runs = read(server.get(path_of(found.key, "runs")), list[ExecutionSummary])
    for each in runs:
        if each.number == number:
            return each
    there = ", ".join(str(each.number) for each in runs) or "none"
    raise NotFoundError(f"{found.key} has no run {number}; it has {there}.", code="run_not_found")
