"""Which board a person means."""

from typing import Annotated
from urllib.parse import quote

import typer

from sempre.cli.client import Server
from sempre.cli.records import read
from sempre.cli.records.boards import Board
from sempre.errors import SempreError
from sempre.home import Home

BOARDS = "/api/boards"
_TYPING_SECONDS = 2.0


def _complete_board(context: typer.Context, incomplete: str) -> list[str]:
    """Of a Sempre that runs; where none does there is nothing to offer."""
    try:
        home = Home.find(context.params.get("home"))
        answer = Server.find(home).ask("GET", BOARDS, seconds=_TYPING_SECONDS)
        found = read(answer, list[Board])
    except SempreError:
        return []
    return [each.id for each in found if each.id.startswith(incomplete)]


BoardArgument = Annotated[
    str,
    typer.Argument(
        metavar="BOARD", help="The board's id, such as shop.", autocompletion=_complete_board
    ),
]
# One that does not exist yet has nothing to be completed with.
NewBoardArgument = Annotated[
    str, typer.Argument(metavar="BOARD", help="The board's id, such as shop.")
]


def board_path(name: str) -> str:
    """Where the API has it."""
    return f"{BOARDS}/{quote(name, safe='')}"


def find_board(server: Server, name: str) -> Board:
    """Raises NotFoundError."""
    return read(server.get(board_path(name)), Board)


def change_board(server: Server, now: Board, change: dict[str, object]) -> bytes:
    """All that is set goes back with what is changed; 409 when somebody else was faster."""
    from msgspec import to_builtins  # of use on this way only

    told: dict[str, object] = to_builtins(now)
    kept = {name: told[name] for name in told.keys() - {"id", "prefix", "cards"}}
    return server.ask("PUT", board_path(now.id), body={**kept, **change})
