"""`sempre board trust`: whether a board's repository may bring hooks and instructions of its own to its cards' agents."""

import typer

from sempre.cli.boards import BoardArgument, board_path
from sempre.cli.options import HomeOption, JsonOption, YesOption
from sempre.cli.trusting import ShowOption, TakeOption, settle

trusting = typer.Typer()  # part of `sempre board`


@trusting.command("trust")
def trust_board(
    name: BoardArgument,
    home: HomeOption = None,
    take: TakeOption = False,
    show: ShowOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Let a board's repository bring its own hooks and CLAUDE.md to the agents of its cards, as they are now. Needs a
    token of scope `approve`; when they change, it asks again."""
    settle(name, f"{board_path(name)}/trust", home, take=take, show=show, yes=yes, json=json)
