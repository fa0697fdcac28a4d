"""`sempre board`: boards, and what is set on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.board_stages import stage_line
from sempre.cli.boards import (
    BOARDS,
    BoardArgument,
    NewBoardArgument,
    board_path,
    change_board,
    find_board,
)
from sempre.cli.client import Server
from sempre.cli.exits import FAILED
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.records import read
from sempre.cli.records.boards import Board, Finding
from sempre.cli.wording import duration, plural
from sempre.errors import InvalidError
from sempre.home import Home

board = typer.Typer(
    cls=Listing,
    help="Boards: list, show, create, edit, stage, delete, check. By itself it lists. Changing one needs a token of scope "
    "`approve` in SEMPRE_TOKEN, since its commands run on this machine.",
)
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
TestSecondsOption = Annotated[
    float | None,
    typer.Option("--test-seconds", min=1, max=86_400, help="The test commands take no longer."),
]


@board.command("list")
def list_boards(home: HomeOption = None, json: JsonOption = False) -> None:
    """List boards, and how many cards stand where."""
    answer = Server.find(Home.find(home)).get(BOARDS)
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
    answer = Server.find(Home.find(home)).get(board_path(name))
    if json:
        screen.json(answer)
    else:
        _print(read(answer, Board))


@board.command("create")
def create_board(
    name: NewBoardArgument,
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
    test_seconds: TestSecondsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a board for a git repository."""
    wish = {
        "id": name,
        "prefix": prefix or "".join(each for each in name.upper() if each.isalnum())[:10],
        "name": title or name,
        "repository": str((repository or Path()).absolute()),
        **_given(base, setup, test, wip, worktree),
        **_rounds(approve_plan, test_rounds, review_rounds, test_seconds),
    }
    answer = Server.find(Home.find(home)).post(BOARDS, wish)
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
    test_seconds: TestSecondsOption = None,
    json: JsonOption = False,
) -> None:
    """Change a board; what is not named stays as it is."""
    given = {
        **_given(base, setup, test, wip, worktree),
        **_rounds(approve_plan, test_rounds, review_rounds, test_seconds),
    }
    if repository is not None:
        given["repository"] = str(repository.absolute())
    if title is not None:
        given["name"] = title
    if not given:
        raise InvalidError("Say what shall be changed; `sempre board edit --help` lists what may.")
    server = Server.find(Home.find(home))
    now = find_board(server, name)
    _tell(change_board(server, now, given), "is changed", json=json)


@board.command("delete")
def delete_board(
    name: BoardArgument, home: HomeOption = None, yes: YesOption = False, json: JsonOption = False
) -> None:
    """Delete a board with its cards. Its repository is left as it is."""
    server = Server.find(Home.find(home))
    found = find_board(server, name)
    if not yes:
        count = plural(sum(found.cards.values()), "card")
        typer.confirm(f"Delete the board {found.id} with {count}?", abort=True, err=True)
    server.ask("DELETE", board_path(name))
    if json:
        screen.json({"deleted": found.id})
    else:
        screen.say(f"{found.id} is deleted.")


@board.command("check")
def check_board(name: BoardArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Say whether a run could begin; ends with 1 when something stands in its way."""
    answer = Server.find(Home.find(home)).get(f"{board_path(name)}/check")
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
    base: str | None,
    setup: Sequence[str] | None,
    test: Sequence[str] | None,
    wip: int | None,
    worktree: bool | None,
) -> dict[str, object]:
    """What was said. An empty command takes all away."""
    return _named(
        base=base,
        setup=None if not setup else [each for each in setup if each],
        test=None if not test else [each for each in test if each],
        wip=wip,
        worktree=worktree,
    )


def _rounds(
    approve_plan: bool | None,
    test_rounds: int | None,
    review_rounds: int | None,
    test_seconds: float | None,
) -> dict[str, object]:
    return _named(
        approve_plan=approve_plan,
        test_rounds=test_rounds,
        review_rounds=review_rounds,
        test_seconds=test_seconds,
    )


def _named(**given: object) -> dict[str, object]:
    return {name: value for name, value in given.items() if value is not None}


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
        **{f"  {name}": stage_line(each) for name, each in found.stages.items()},
    }
    for name, value in facts.items():
        if value:
            screen.say(f"  {name:11} {value}")
