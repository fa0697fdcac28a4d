"""What becomes of a run's work once a person decided: merged into the base, brought up to it, or let go. Each may be asked
again after a crash; what was not committed is kept before anything is removed.

On the audit trail stands that it was asked for, before anything is done; that it was done, before the run's row says so
(a crash between leaves a card that is asked again, and so a record twice rather than none); or that it was refused.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from sempre import crash
from sempre.board import Board, Boards, Card, Cards, Run, Runs, merging, remains, worktrees
from sempre.board.merging import Change
from sempre.board.repository import Repository
from sempre.board.words import RunState, Settlement
from sempre.board.worktree import Worktree
from sempre.contract.audit import Audit
from sempre.errors import ConflictError, MisconfiguredError, SempreError
from sempre.workflows import card_diff
from sempre.workflows.card_places import Places
from sempre.workflows.card_scheduler import Scheduler

_NAMED = 5
_GONE = frozenset({"no_repository", "bare_repository"})


class Settling:
    def __init__(
        self,
        boards: Boards,
        cards: Cards,
        runs: Runs,
        places: Places,
        scheduler: Scheduler,
        audit: Audit,
    ) -> None:
        self._boards = boards
        self._cards = cards
        self._runs = runs
        self._places = places
        self._scheduler = scheduler
        self._audit = audit
        # Of one board one at a time: two merges would each move the base from under the other.
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def merge(self, run: Run, *, by: str) -> str:
        """Gives the base's commit. Raises ConflictError."""
        card = await self._cards.get(run.card_id)
        async with self._on_record("merge", card, by), self._lines[run.board]:
            run = await self._runs.get(run.id)
            board = await self._boards.get(run.board)
            found, tree = await self._places.find(board, run)
            if run.settlement is Settlement.MERGED and run.settled_commit is not None:
                commit = run.settled_commit  # a crash may have come before its worktree was removed
            else:
                commit = await self._merge(board, card, run, found)
                crash.point("run.merged")
                await self._record("merged", card, by, run=run.id, commit=commit)
                await self._runs.settle(run.id, Settlement.MERGED, by=by, commit=commit)
                crash.point("run.settled")
            if tree is not None:
                await self._remove(board, run, found, tree)
        await self._scheduler.freed(run.board)
        return commit

    async def rebase(self, run: Run) -> str:
        """Gives the branch's new head. Raises ConflictError."""
        async with self._lines[run.board]:
            run = await self._runs.get(run.id)
            board, card = await self._boards.get(run.board), await self._cards.get(run.card_id)
            _require_work(run)
            ground = await self._places.open(board, card, run)
            git, tree = ground.repository.git, ground.tree
            head = await merging.rebase(tree, board.settings.base)
            base = await git.text("merge-base", f"refs/heads/{board.settings.base}", head)
            await self._runs.place_work(
                run.id, branch=tree.branch, worktree=str(tree.path), base=base, head=head
            )
        return head

    async def discard(self, card: Card, *, by: str) -> None:
        """All work of a card that nobody decided about; asked again, what a crash left of it is removed. Where the
        repository is gone, nothing is touched. Raises ConflictError."""
        async with self._on_record("discard", card, by):
            await self._discard(card, await self._runs.of_card(card.id), by)

    async def _discard(self, card: Card, runs: Sequence[Run], by: str) -> None:
        left = [each for each in runs if each.has_work and each.settlement is None]
        if any(each.is_active for each in runs):
            raise ConflictError("This card is being run. Cancel the run first.", code="run_active")
        if not left and not any(each.settlement is Settlement.DISCARDED for each in runs):
            raise ConflictError(
                "This card has no work that could be discarded.", code="nothing_to_discard"
            )
        again = [each for each in runs if each.settlement is Settlement.DISCARDED]
        for run in (*left, *again):
            async with self._lines[run.board]:
                board = await self._boards.get(run.board)
                found, tree = await self._left(board, run)
                if run.settlement is None:
                    if tree is not None:
                        await worktrees.keep(tree, run.id, run.head)
                    await self._record("discarded", card, by, run=run.id)
                    await self._runs.settle(run.id, Settlement.DISCARDED, by=by)
                    crash.point("run.settled")
                if found is not None and tree is not None:
                    await self._remove(board, run, found, tree)
            await self._scheduler.freed(run.board)

    async def finish(self, run: Run) -> bool:
        """Remove what a crash left of a settled run's worktree and branch, unless there is work that is nowhere else.
        Whether there was something."""
        async with self._lines[run.board]:
            board = await self._boards.get(run.board)
            found, tree = await self._left(board, run)
            if found is None or run.branch is None or run.worktree is None:
                return False
            base = board.settings.base
            if not await remains.is_elsewhere(found, run.branch, run.id, base):
                return False
            if tree is None:
                return await remains.remove_rest(found, Path(run.worktree), run.branch)
            await self._remove(board, run, found, tree)
            return True

    @asynccontextmanager
    async def _on_record(
        self, what: Literal["merge", "discard"], card: Card, by: str
    ) -> AsyncIterator[None]:
        await self._record(what, card, by)
        try:
            yield
        except SempreError as error:
            await self._record(f"{what}_refused", card, by, reason=error.code)
            raise

    async def _record(self, what: str, card: Card, by: str, **more: str) -> None:
        branch = {} if card.text.branch is None else {"branch": card.text.branch}
        details = {"card": card.key, **branch, **more}
        await self._audit.record(f"card.{what}", by=by, channel=card.channel, details=details)

    async def _left(self, board: Board, run: Run) -> tuple[Repository | None, Worktree | None]:
        """Where its work is, as far as that is there."""
        try:
            found, tree = await self._places.find(board, run)
        except MisconfiguredError as error:
            if error.code not in _GONE:
                raise
            return None, None
        if run.settlement is not None and tree is not None and not tree.own:
            return found, None  # the folder is the person's again
        return found, tree

    async def _merge(self, board: Board, card: Card, run: Run, found: Repository) -> str:
        _require_work(run)
        if run.state is not RunState.COMPLETED:
            raise ConflictError(
                f"The last run of {card.key} is {run.state}. Only one that went through can be merged.",
                code="not_completed",
            )
        head = await found.git.commit_of(f"refs/heads/{run.branch}")
        if head is None:
            raise ConflictError(
                f"The branch {run.branch} is gone, so there is nothing to merge. Discard the work of {card.key}.",
                code="branch_gone",
            )
        if head == run.base:
            raise ConflictError(await self._nothing_in(board, card, run), code="nothing_to_merge")
        said = f"Merge {card.key}: {card.text.title}\n\nSempre-Run: {run.id}\n"
        return await merging.merge(found, board.settings.base, Change(head=head, message=said))

    async def _nothing_in(self, board: Board, card: Card, run: Run) -> str:
        left = await card_diff.uncommitted(self._places, board, run)
        if not left:
            return (
                f"There is nothing to merge: {card.key} has no commit that {board.settings.base} lacks. Run the card "
                "again; or discard the run and, if nothing was to be changed, move the card to Done."
            )
        named = ", ".join(left[:_NAMED]) + (" and more" if len(left) > _NAMED else "")
        return (
            f"There is nothing to merge: nothing of {card.key} is committed. In {run.worktree} these are not: {named}. "
            "Commit them there, or run the card again from test, which does; or discard its work."
        )

    async def _remove(self, board: Board, run: Run, found: Repository, tree: Worktree) -> None:
        """Its commits are merged or kept by now; what was not committed is kept here, once: a crash may have come when
        half of it was removed."""
        is_kept = await found.git.commit_of(worktrees.kept_ref(run.id)) is not None
        if not is_kept and not await worktrees.is_committed(tree):
            await worktrees.keep(tree, run.id, run.head)
        await worktrees.remove(found, tree, branch=True, base=board.settings.base)


def _require_work(run: Run) -> None:
    if run.is_active:
        raise ConflictError("This run has not ended. Wait for it or cancel it.", code="run_active")
    if not run.has_work or run.settlement is not None:
        said = f"is {run.settlement} already" if run.settlement else "there is none"
        raise ConflictError(f"The work of this run: {said}.", code="no_work")
