"""What a run changed, and what of its worktree is no part of that. Once it has gone through, it is what a merge brings:
what is committed on its branch."""

from collections.abc import Sequence

from sempre.board import Board, Run, diffs, worktrees
from sempre.board.git import GitError
from sempre.board.repository import Repository
from sempre.board.words import RunState, Settlement
from sempre.board.worktree import Worktree
from sempre.errors import NotFoundError
from sempre.workflows.card_places import Places


async def words(places: Places, board: Board, run: Run, *, path: str | None, largest: int) -> bytes:
    """In git's own; see `board.diffs`. Raises NotFoundError."""
    if run.base is None:
        raise NotFoundError("This run has changed nothing yet: it has no worktree.")
    found, tree = await places.find(board, run)
    to = await _reached(found, tree, run)
    if to is None or not await found.git.has(run.base) or not await found.git.has(to):
        raise NotFoundError("Nothing is left of what this run changed.")
    return await diffs.words(found.git, run.base, to, path=path, most=largest)


async def uncommitted(places: Places, board: Board, run: Run) -> Sequence[str]:
    """The files that stand in its worktree otherwise than on its branch, while a merge would leave them out."""
    if run.state is not RunState.COMPLETED or run.settlement is not None or run.branch is None:
        return []
    _, tree = await places.find(board, run)
    if tree is None or not (tree.own or await worktrees.is_there(tree)):
        return []
    try:
        stands = await worktrees.snapshot(tree)
        return [path for _, path in await diffs.names(tree.git, tree.ref, stands)]
    except GitError:  # its branch is gone, or somebody works there
        return []


async def _reached(found: Repository, tree: Worktree | None, run: Run) -> str | None:
    """Where the branch is, once it may be merged; else what stands in its worktree while that is its own; what was
    kept of it; else where it ended."""
    if run.settlement is None:
        if run.state is RunState.COMPLETED:
            return await found.git.commit_of(f"refs/heads/{run.branch}") or run.head
        if tree is not None and tree.own:
            try:
                return await worktrees.snapshot(tree)
            except GitError:  # a file went while git looked at it: somebody works there
                return await found.git.commit_of(tree.ref) or run.head
    if run.settlement is Settlement.DISCARDED:
        return await found.git.commit_of(worktrees.kept_ref(run.id)) or run.head
    return run.head
