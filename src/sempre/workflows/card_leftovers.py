"""What lies in a board's repository and is nobody's any more: worktrees and branches of settled runs that a crash left
there, and what was kept of work that is merged and put away. Of a run that is not settled nothing is touched, nor of
what no run is known of: it may be another Sempre's or a person's."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from sempre import clock
from sempre.board import Board, Boards, Cards, Run, Runs, remains
from sempre.board.words import Column, Settlement
from sempre.errors import MisconfiguredError, SempreError, UnavailableError
from sempre.workflows.card_places import Places
from sempre.workflows.card_settling import Settling

_log = structlog.stdlib.get_logger(__name__)
_AFTER_START = 5.0  # seconds; those who wait for us to be ready come first
_EVERY = 3600.0
_SETTLED = frozenset({Settlement.MERGED, Settlement.DISCARDED})


class Leftovers:
    """`days`: how long what was kept of merged work stays once its card is archived; 0: for ever."""

    def __init__(
        self,
        *,
        boards: Boards,
        cards: Cards,
        runs: Runs,
        places: Places,
        settling: Settling,
        days: int,
    ) -> None:
        self._boards = boards
        self._cards = cards
        self._runs = runs
        self._places = places
        self._settling = settling
        self._days = days

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(_AFTER_START)
        while True:
            await self.clear()
            await asyncio.sleep(_EVERY)

    async def clear(self) -> None:
        """Once, on this machine's boards."""
        for board in await self._boards.every():
            try:
                await self._finish(board)
                await self._forget_old(board)
            except (MisconfiguredError, UnavailableError) as error:
                _log.info("board.not_cleared", board=board.id, reason=error.message)
            except SempreError as error:
                _log.warning("board.not_cleared", board=board.id, reason=error.message)

    async def forget(self, board: Board, run_ids: Iterable[str]) -> None:
        """What was kept of these runs: their card is deleted. Raises MisconfiguredError, UnavailableError, GitError."""
        found = await self._places.repository(board)
        there = await remains.kept(found)
        for run_id in there & frozenset(run_ids):
            await remains.forget_kept(found, run_id)

    async def _finish(self, board: Board) -> None:
        if not board.settings.worktree:
            return  # the folder is the person's
        found = await self._places.repository(board)
        branches = {*await remains.branches(found), *await self._places.laid_out(board)}
        for run in _finished(await self._runs.on_branches(board.id, sorted(branches))):
            if await self._settling.finish(run):
                _log.info("board.cleared", board=board.id, run=run.id, branch=run.branch)

    async def _forget_old(self, board: Board) -> None:
        if not self._days:
            return
        before = clock.now() - timedelta(days=self._days)
        found = await self._places.repository(board)
        for run in await self._runs.some(sorted(await remains.kept(found))):
            if run.board == board.id and await self._may_go(run, before):
                await remains.forget_kept(found, run.id)

    async def _may_go(self, run: Run, before: datetime) -> bool:
        """What was discarded is nowhere else, so it stays as long as its card."""
        if run.settlement is not Settlement.MERGED or run.settled_at is None:
            return False
        if run.settled_at >= before:
            return False
        return (await self._cards.get(run.card_id)).column is Column.ARCHIVED


def _finished(runs: Sequence[Run]) -> Sequence[Run]:
    """The newest run of each branch that is settled by all that worked on it."""
    found: list[Run] = []
    ordered = sorted(runs, key=lambda run: (run.branch or "", -run.number))
    for _, group in groupby(ordered, key=lambda run: run.branch):
        of_branch = list(group)
        if of_branch[0].settlement in _SETTLED and all(each.settlement for each in of_branch):
            found.append(of_branch[0])
    return found
