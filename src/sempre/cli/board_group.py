"""`sempre board`: the boards, their stages and the trust in their repositories, as one group."""

from sempre.cli.board import board
from sempre.cli.board_stages import stages
from sempre.cli.board_trust import trusting

board.add_typer(stages)
board.add_typer(trusting)

__all__ = ["board"]
