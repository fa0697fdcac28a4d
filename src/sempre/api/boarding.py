"""The board, as its routes are given it. `app` fills it in."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from sempre.api.card_commands import CardCommands
from sempre.board import Boards, Cards, Comments, Images, Runs, Visits
from sempre.errors import ConflictError, MisconfiguredError


@dataclass(frozen=True, kw_only=True)
class Boarding:
    boards: Boards
    cards: Cards
    runs: Runs
    visits: Visits
    images: Images
    comments: Comments
    commands: CardCommands


@contextmanager
def repository_in_order() -> Generator[None]:
    """A repository that must be mended first is no fault of this server: whoever asks is told what stands in the
    way. Raises ConflictError."""
    try:
        yield
    except MisconfiguredError as error:
        raise ConflictError(error.message, code=error.code) from error
