"""`sempre card`: write cards, find them, move them. What runs them is in `card_running`."""

from pathlib import Path
from typing import Annotated

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.amounts import micros_of
from sempre.cli.boards import BoardArgument
from sempre.cli.cards import (
    CardArgument,
    ColumnName,
    PriorityName,
    cost,
    path_of,
    stage_of,
    state_of,
    took,
    why,
)
from sempre.cli.client import Query, Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.records import read
from sempre.cli.records.cards import Card, CardSummary
from sempre.cli.texts import read_text
from sempre.cli.wording import head, since, stamp
from sempre.errors import InvalidError, NotFoundError
from sempre.home import Home

card = typer.Typer(
    cls=Listing,
    help="Cards: new, list, show, edit, move, delete; run, cancel, retry, approve-plan, send-back, log, diff, "
    "comment, comments, uncomment, send-comments, rebase, merge, discard, unstick. By itself it lists.",
)
_PATH = "/api/cards"

TitleArgument = Annotated[
    list[str], typer.Argument(metavar="TITLE", help="What is to be done, in one line.")
]
BoardOption = Annotated[
    str | None, typer.Option("--board", "-b", metavar="BOARD", help="Only this board's.")
]
ColumnOption = Annotated[
    list[ColumnName] | None,
    typer.Option("--column", "-c", help="Only in this column; may be repeated."),
]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option("--label", "-l", metavar="LABEL", help="A label; may be repeated."),
]
WordsOption = Annotated[
    str | None,
    typer.Option("--search", "-s", metavar="WORDS", help="Words in key, title, text or labels."),
]
TextOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", metavar="FILE", help="Its description; `-` reads stdin."),
]
TitleOption = Annotated[str | None, typer.Option("--title", help="Another title.")]
PriorityOption = Annotated[
    PriorityName | None, typer.Option("--priority", "-p", help="For people.")
]
NeedsOption = Annotated[
    list[str] | None,
    typer.Option("--needs", metavar="CARD", help="Must be done before; may be repeated."),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", "-m", help="In the place of the board's.")
]
BudgetOption = Annotated[
    str | None,
    typer.Option("--budget", metavar="AMOUNT", help="Dollars for one run; `none`: no limit."),
]
ImageOption = Annotated[
    list[Path] | None,
    typer.Option("--image", metavar="FILE", help="A picture for it; may be repeated."),
]
RunOption = Annotated[bool, typer.Option("--run", help="Run it at once.")]
BeforeOption = Annotated[str | None, typer.Option("--before", metavar="CARD", help="Put it there.")]
AfterOption = Annotated[str | None, typer.Option("--after", metavar="CARD", help="Put it there.")]
ColumnArgument = Annotated[ColumnName, typer.Argument(metavar="COLUMN", help="Where it shall be.")]


@card.command("new")
def new_card(
    board: BoardArgument,
    title: TitleArgument,
    home: HomeOption = None,
    file: TextOption = None,
    labels: LabelsOption = None,
    priority: PriorityOption = None,
    needs: NeedsOption = None,
    model: ModelOption = None,
    budget: BudgetOption = None,
    images: ImageOption = None,
    run: RunOption = False,
    json: JsonOption = False,
) -> None:
    """Write a card into the backlog."""
    given = _given(file, labels, priority, needs, model, budget)
    pictures = [(path.name, _bytes(path)) for path in images or ()]
    server = Server.find(Home.find(home))
    answer = server.post(_PATH, {"board": board, "title": " ".join(title), **given})
    made = read(answer, Card)
    for name, content in pictures:
        server.upload(path_of(made.key, "images"), content, {"name": name})
    if run:
        server.post(path_of(made.key, "run"))
    if json:
        screen.json(server.get(path_of(made.key)) if pictures or run else answer)
    else:
        screen.say(f"{made.key} {'runs, or waits in line' if run else 'is in the backlog'}.")


@card.command("list")
def list_cards(
    home: HomeOption = None,
    board: BoardOption = None,
    columns: ColumnOption = None,
    labels: LabelsOption = None,
    search: WordsOption = None,
    json: JsonOption = False,
) -> None:
    """List cards: where each stands, what it does, and what it wants of you."""
    query: Query = {
        "board": board,
        "column": [each.value for each in columns or ()],
        "label": labels or [],
        "q": search,
    }
    answer = Server.find(Home.find(home)).get(_PATH, query)
    if json:
        screen.json(answer)
        return
    found = read(answer, list[CardSummary])
    if not found:
        screen.say("No cards. `sempre card new BOARD TITLE` writes one.")
        return
    screen.table(
        ("card", "column", "state", "stage", "took", "cost", "title"),
        [_row(each) for each in found],
    )


@card.command("show")
def show_card(name: CardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show a card: what it says, and how its run stands."""
    answer = Server.find(Home.find(home)).get(path_of(name))
    if json:
        screen.json(answer)
    else:
        _print(read(answer, Card))


@card.command("edit")
def edit_card(
    name: CardArgument,
    home: HomeOption = None,
    title: TitleOption = None,
    file: TextOption = None,
    labels: LabelsOption = None,
    priority: PriorityOption = None,
    needs: NeedsOption = None,
    model: ModelOption = None,
    budget: BudgetOption = None,
    json: JsonOption = False,
) -> None:
    """Change what stands on a card; what is not named stays. An empty label or card takes all away."""
    given = _given(file, labels, priority, needs, model, budget)
    if title is not None:
        given["title"] = title
    if not given:
        raise InvalidError("Say what shall be changed; `sempre card edit --help` lists what may.")
    server = Server.find(Home.find(home))
    version = read(server.get(path_of(name)), Card).version
    answer = server.ask("PATCH", path_of(name), body={**given, "version": version})
    _tell(answer, "is changed", json=json)


@card.command("move")
def move_card(
    name: CardArgument,
    column: ColumnArgument,
    home: HomeOption = None,
    before: BeforeOption = None,
    after: AfterOption = None,
    json: JsonOption = False,
) -> None:
    """Move a card to a column, at its end or beside another card."""
    server = Server.find(Home.find(home))
    version = read(server.get(path_of(name)), Card).version
    body = {"column": column, "before": before, "after": after, "version": version}
    answer = server.post(path_of(name, "move"), body)
    _tell(answer, f"is in {column}", json=json)


@card.command("delete")
def delete_card(
    name: CardArgument, home: HomeOption = None, yes: YesOption = False, json: JsonOption = False
) -> None:
    """Delete a card with its runs; `sempre card move CARD archived` puts it away instead."""
    server = Server.find(Home.find(home))
    found = read(server.get(path_of(name)), Card)
    if not yes:
        typer.confirm(f"Delete {found.key}, {head(found.title, 60)}?", abort=True, err=True)
    server.ask("DELETE", path_of(found.id))
    if json:
        screen.json({"deleted": found.key})
    else:
        screen.say(f"{found.key} is deleted.")


def _given(
    file: Path | None,
    labels: list[str] | None,
    priority: str | None,
    needs: list[str] | None,
    model: str | None,
    budget: str | None,
) -> dict[str, object]:
    """What was said, in the words of the API."""
    said: dict[str, object | None] = {
        "description": None if file is None else read_text(file),
        "labels": None if labels is None else [each for each in labels if each],
        "priority": priority,
        "needs": None if needs is None else [each.upper() for each in needs if each],
        "model": model,
    }
    given = {name: value for name, value in said.items() if value is not None}
    if budget is not None:
        given["budgetMicros"] = micros_of(budget)
    return given


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}. Name a picture.") from error


def _tell(answer: bytes, what: str, *, json: bool) -> None:
    if json:
        screen.json(answer)
    else:
        screen.say(f"{read(answer, Card).key} {what}.")


def _row(each: CardSummary) -> tuple[str, ...]:
    reason = why(each.run)
    return (
        each.key,
        each.column,
        state_of(each.run),
        stage_of(each.run),
        took(each.run),
        cost(each.run),
        f"{each.title}: {reason}" if reason else each.title,
    )


def _print(found: Card) -> None:
    screen.say(f"{found.key} {head(found.title, 200)}", bold=True)
    facts = {
        "column": found.column,
        "labels": ", ".join(found.labels),
        "priority": "" if found.priority == "none" else found.priority,
        "needs": ", ".join(
            f"{each.key} ({'done' if each.done else each.column})" for each in found.dependencies
        ),
        "model": found.model or "",
        "pictures": str(found.images or ""),
        "spec": found.spec_path or "",
        "branch": found.branch or "",
        "run": _run(found),
        "says": why(found.run),
        "written": f"{stamp(found.created_at)} by {found.created_by}",
    }
    for name, value in facts.items():
        if value:
            screen.say(f"  {name:9} {head(value, 2000)}")
    if found.description:
        screen.say()
        screen.text(found.description)


def _run(found: Card) -> str:
    run = found.run
    if run is None:
        return ""
    ago = since(run.completed_at, clock.now())
    when = f", {ago} ago" if ago else ""
    spent = f", {cost(run)}" if cost(run) else ""
    return f"#{run.number} {state_of(run)} at {stage_of(run)}{when}{spent}"
