"""Where the card of a `board:` channel stands now: its board, its run, the visit under way."""

from dataclasses import dataclass
from pathlib import Path

from sempre.board import Board, Boards, Card, Cards, Run, Runs, Visit, Visits
from sempre.errors import MisconfiguredError, NotFoundError

KIND = "board:"
_REMEDY = "Retry the card's stage, or discard its work and run it anew."


@dataclass(frozen=True, kw_only=True)
class At:
    """`run` is the newest one, `visit` its last."""

    board: Board
    card: Card
    run: Run
    visit: Visit

    @property
    def directory(self) -> Path:
        """Where its work is. Raises MisconfiguredError."""
        if self.run.worktree is None:
            raise MisconfiguredError(
                f"{self.card.key} has no worktree.", remedy=_REMEDY, code="no_worktree"
            )
        return Path(self.run.worktree)


class Standing:
    def __init__(self, boards: Boards, cards: Cards, runs: Runs, visits: Visits) -> None:
        self._boards = boards
        self._cards = cards
        self._runs = runs
        self._visits = visits

    async def of(self, channel: str) -> At:
        """Raises NotFoundError."""
        board_id, _, key = channel.removeprefix(KIND).partition("/")
        board, card = await self._boards.get(board_id), await self._cards.get(key)
        run = await self._runs.latest(card.id)
        if run is None or not (visits := await self._visits.of_run(run.id)):
            raise NotFoundError(f"No stage of {key} is under way. Run the card.", code="no_stage")
        return At(board=board, card=card, run=run, visit=visits[-1])

    async def required(self, channel: str) -> At:
        """For an agent, which cannot work without. Raises MisconfiguredError."""
        try:
            return await self.of(channel)
        except NotFoundError as error:
            raise MisconfiguredError(error.message, remedy=_REMEDY, code=error.code) from error
