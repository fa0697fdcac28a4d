"""Which card a person means, and how cards and their runs are said in one line."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import quote

import typer

from sempre.cli.client import Server
from sempre.cli.records import read
from sempre.cli.records.cards import CardSummary
from sempre.cli.records.executions import ExecutionSummary
from sempre.cli.wording import dollars, duration, head
from sempre.errors import SempreError
from sempre.home import Home

StageName = Literal["plan", "implement", "test", "review"]
PriorityName = Literal["none", "low", "medium", "high", "urgent"]

_TYPING_SECONDS = 2.0


class ColumnName(StrEnum):
    """As the board has them; its own words would take long to import."""

    BACKLOG = "backlog"
    PLAN = "plan"
    IMPLEMENT = "implement"
    TEST = "test"
    REVIEW = "review"
    DONE = "done"
    ARCHIVED = "archived"


def _complete_card(context: typer.Context, incomplete: str) -> list[str]:
    """Of a Sempre that runs; where none does there is nothing to offer."""
    try:
        home = Home.find(context.params.get("home"))
        answer = Server.find(home).ask("GET", "/api/cards", seconds=_TYPING_SECONDS)
        found = read(answer, list[CardSummary])
    except SempreError:
        return []
    keys = [card.key for card in found if card.key.startswith(incomplete.upper())]
    return [key.lower() for key in keys] if incomplete.islower() else keys


CardArgument = Annotated[
    str,
    typer.Argument(
        metavar="CARD",
        help="The card's key, such as SHOP-12, or its id.",
        autocompletion=_complete_card,
    ),
]


def path_of(card: str, *more: str) -> str:
    """Where the API has it: `shop-12` is SHOP-12, an id stays as it is."""
    name = card if card.count("-") > 1 else card.upper()
    return "/".join(["/api/cards", quote(name, safe=""), *more])


def state_of(run: ExecutionSummary | None) -> str:
    """The sign of a card: what its newest run does, or wants of a person."""
    if run is None:
        return ""
    if run.is_stuck:
        return "stuck"
    if run.settlement:
        return run.settlement
    return "waiting" if run.waits_for_person else run.status


def stage_of(run: ExecutionSummary | None) -> str:
    return "" if run is None else run.command


def took(run: ExecutionSummary | None) -> str:
    if run is None or run.duration_seconds is None:
        return ""
    return duration(timedelta(seconds=run.duration_seconds))


def cost(run: ExecutionSummary | None) -> str:
    return "" if run is None or run.cost_micros == 0 else dollars(run.cost_micros)


def why(run: ExecutionSummary | None) -> str:
    """What stands in the way, what a person is to do, or what was said last."""
    if run is None:
        return ""
    if run.workflow_error and not run.settlement:
        return head(run.workflow_error, 300)
    if run.ended_by and run.status == "cancelled" and not run.settlement:
        return f"cancelled by {run.ended_by}"
    if run.settlement in {"merged", "discarded"} and run.settled_by:
        return f"{run.settlement} by {run.settled_by}"
    if run.is_active and run.wait:
        return _WAITS[run.wait] + (f" {', '.join(run.waits_on)}" if run.waits_on else "")
    if run.waits_for_person:
        return "merge it, send it back, or discard it"
    return head(run.last_line.content, 300) if run.last_line else ""


_WAITS = {
    "wip": "in line: the board runs as many as it may",
    "dependencies": "waits for",
    "stage_wip": "waits for room in",
    "machine": "its machine is away:",
    "plan_approval": "read its plan: approve it, or send it back",
}
