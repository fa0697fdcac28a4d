"""`sempre board`: boards, and what is set on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from sempre.cli import screen
from sempre.cli.board_records import Board, Finding
from sempre.cli.client import Server
from sempre.cli.exits import FAILED
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.records import read
from sempre.cli.wording import duration, plural
from sempre.errors import InvalidError
from sempre.home import Home

board = typer.Typer(
    cls=Listing,
    help="Boards: list, show, create, edit, delete, check. By itself it lists. Changing one needs a token of scope "
    "`approve` in SEMPRE_TOKEN, since its commands run on this machine.",
)
_PATH = "/api/boards"

BoardArgument = Annotated[
    str, typer.Argument(metavar="BOARD", help="The board's id, such as shop.")
]
RepositoryOption = Annotated[
    Path | None, typer.Option("--repository", "-r", metavar="PATH", help="Its git repository.")
]
PrefixOption = Annotated[
    str | None,
    typer.Option("--prefix", help="Begins the keys of its cards; without it, the id in capitals."),
]
NameOption = Annotated[str | None, typer.Option("--name", help="What people call it.")]
BaseOption = Annotated[
    str | None,
    typer.Option("--base", metavar="BRANCH", help="Work begins from it, and merges into it."),
]
SetupOption = Annotated[
    list[str] | None,
    typer.Option("--setup", metavar="COMMAND", help="Run in each fresh worktree; may be repeated."),
]
TestOption = Annotated[
    list[str] | None,
    typer.Option("--test", metavar="COMMAND", help="The test stage passes by it; may be repeated."),
]
WipOption = Annotated[int | None, typer.Option("--wip", min=1, max=100, help="Runs at once.")]
WorktreeOption = Annotated[
    bool | None,
    typer.Option(
        "--worktree/--no-worktree",
        help="A worktree for each run; without, one run at a time in the repository itself.",
    ),
]
ApprovePlanOption = Annotated[
    bool | None,
    typer.Option("--approve-plan/--no-approve-plan", help="A person reads each plan first."),
]
TestRoundsOption = Annotated[
    int | None,
    typer.Option("--test-rounds", min=0, max=20, help="So often a failed test goes back."),
]
ReviewRoundsOption = Annotated[
    int | None,
    typer.Option("--review-rounds", min=0, max=20, help="So often a review's changes go back."),
]


@board.command("list")
def list_boards(home: HomeOption = None, json: JsonOption = False) -> None:
    """List boards, and how many cards stand where."""
    answer = Server.find(Home.find(home)).get(_PATH)
    if json:
        screen.json(answer)
        return
    found = read(answer, list[Board])
    if not found:
        screen.say("No boards. `sempre board create ID --repository PATH` makes one.")
        return
    rows = [(each.id, each.prefix, *_counts(each), each.repository) for each in found]
    columns = ("board", "keys", "backlog", "under way", "review", "done", "repository")
    screen.table(columns, rows)


@board.command("show")
def show_board(name: BoardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show all that is set on a board."""
    answer = Server.find(Home.find(home)).get(_address(name))
    if json:
        screen.json(answer)
    else:
        _print(read(answer, Board))


@board.command("create")
def create_board(
    name: BoardArgument,
    home: HomeOption = None,
    repository: RepositoryOption = None,
    prefix: PrefixOption = None,
    title: NameOption = None,
    base: BaseOption = None,
    setup: SetupOption = None,
    test: TestOption = None,
    wip: WipOption = None,
    worktree: WorktreeOption = None,
    approve_plan: ApprovePlanOption = None,
    test_rounds: TestRoundsOption = None,
    review_rounds: ReviewRoundsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a board for a git repository."""
    wish = {
        "id": name,
        "prefix": prefix or "".join(each for each in name.upper() if each.isalnum())[:10],
        "name": title or name,
        "repository": str((repository or Path()).absolute()),
        **_given(None, base, setup, test, wip, worktree, approve_plan, test_rounds, review_rounds),
    }
    answer = Server.find(Home.find(home)).post(_PATH, wish)
    _tell(answer, "is there. `sempre card new` writes its first card", json=json)


@board.command("edit")
def edit_board(
    name: BoardArgument,
    home: HomeOption = None,
    repository: RepositoryOption = None,
    title: NameOption = None,
    base: BaseOption = None,
    setup: SetupOption = None,
    test: TestOption = None,
    wip: WipOption = None,
    worktree: WorktreeOption = None,
    approve_plan: ApprovePlanOption = None,
    test_rounds: TestRoundsOption = None,
    review_rounds: ReviewRoundsOption = None,
    json: JsonOption = False,
) -> None:
    """Change a board; what is not named stays as it is."""
    given = _given(
        repository, base, setup, test, wip, worktree, approve_plan, test_rounds, review_rounds
    )
    if title is not None:
        given["name"] = title
    if not given:
        raise InvalidError("Say what shall be changed; `sempre board edit --help` lists what may.")
    server = Server.find(Home.find(home))
    now = read(server.get(_address(name)), Board)
    answer = server.ask("PUT", _address(name), body={**_wish(now), **given})
    _tell(answer, "is changed", json=json)


@board.command("delete")
def delete_board(
    name: BoardArgument, home: HomeOption = None, yes: YesOption = False, json: JsonOption = False
) -> None:
    """Delete a board with its cards. Its repository is left as it is."""
    server = Server.find(Home.find(home))
    found = read(server.get(_address(name)), Board)
    if not yes:
        count = plural(sum(found.cards.values()), "card")
        typer.confirm(f"Delete the board {found.id} with {count}?", abort=True, err=True)
    server.ask("DELETE", _address(name))
    if json:
        screen.json({"deleted": found.id})
    else:
        screen.say(f"{found.id} is deleted.")


@board.command("check")
def check_board(name: BoardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Say whether a run could begin; ends with 1 when something stands in its way."""
    answer = Server.find(Home.find(home)).get(f"{_address(name)}/check")
    found = read(answer, list[Finding])
    if json:
        screen.json(answer)
    else:
        screen.table(
            ("check", "level", "what"),
            [(each.check, each.level, _said(each)) for each in found],
        )
    if any(each.level == "problem" for each in found):
        raise typer.Exit(FAILED)


def _given(
    repository: Path | None,
    base: str | None,
    setup: Sequence[str] | None,
    test: Sequence[str] | None,
    wip: int | None,
    worktree: bool | None,
    approve_plan: bool | None,
    test_rounds: int | None,
    review_rounds: int | None,
) -> dict[str, object]:
    """What was said. An empty command takes all away."""
    said = {
        "repository": None if repository is None else str(repository.absolute()),
        "base": base,
        "setup": None if not setup else [each for each in setup if each],
        "test": None if not test else [each for each in test if each],
        "wip": wip,
        "worktree": worktree,
        "approve_plan": approve_plan,
        "test_rounds": test_rounds,
        "review_rounds": review_rounds,
    }
    return {name: value for name, value in said.items() if value is not None}


def _wish(now: Board) -> dict[str, object]:
    """All that is set, as it is sent back."""
    from msgspec import to_builtins  # of use on this way only

    told: dict[str, object] = to_builtins(now)
    return {name: told[name] for name in told.keys() - {"id", "prefix", "node", "cards"}}


def _address(name: str) -> str:
    return f"{_PATH}/{quote(name, safe='')}"


def _counts(found: Board) -> tuple[str, str, str, str]:
    cards = found.cards
    under_way = cards.get("plan", 0) + cards.get("implement", 0) + cards.get("test", 0)
    return (
        str(cards.get("backlog", 0)),
        str(under_way),
        str(cards.get("review", 0)),
        str(cards.get("done", 0)),
    )


def _tell(answer: bytes, what: str, *, json: bool) -> None:
    if json:
        screen.json(answer)
    else:
        screen.say(f"{read(answer, Board).id} {what}.")


def _said(finding: Finding) -> str:
    return finding.message if finding.remedy is None else f"{finding.message} {finding.remedy}"


def _print(found: Board) -> None:
    from datetime import timedelta  # of use on this way only

    screen.say(f"{found.name} ({found.id}, {found.prefix}-…)", bold=True)
    facts = {
        "repository": f"{found.repository}, base {found.base}",
        "setup": "; ".join(found.setup),
        "test": "; ".join(found.test)
        + f" (at most {duration(timedelta(seconds=found.test_seconds))})"
        if found.test
        else "",
        "runs": f"{found.wip} at once, "
        + ("each in its own worktree" if found.worktree else "in the repository itself"),
        "plan": "waits for a person" if found.approve_plan else "goes on by itself",
        "rounds": f"{found.test_rounds} for failed tests, {found.review_rounds} for reviews",
        **{f"  {name}": _stage(each) for name, each in found.stages.items()},
    }
    for name, value in facts.items():
        if value:
            screen.say(f"  {name:11} {value}")


def _stage(stage: object) -> str:
    from msgspec import to_builtins

    told: dict[str, object] = to_builtins(stage)
    return ", ".join(f"{name} {value}" for name, value in told.items() if value not in {None, ""})
