"""What work trees leave in a repository: the branches of runs, and under refs of their own what was kept of them."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from sempre.board.repository import Repository
from sempre.board.worktrees import BRANCHES, KEPT, folder_of, kept_ref


async def kept(repository: Repository) -> frozenset[str]:
    """Ids of the runs of which something is kept."""
    return frozenset(each.removeprefix(KEPT) for each in await _refs(repository, KEPT))


async def forget_kept(repository: Repository, run: str) -> None:
    """Git lets go of what was kept when it next tidies up."""
    await repository.git.run("update-ref", "-d", kept_ref(run))


async def branches(repository: Repository) -> Sequence[str]:
    """Those of runs."""
    found = await _refs(repository, f"refs/heads/{BRANCHES}")
    return [each.removeprefix("refs/heads/") for each in found]


async def is_elsewhere(repository: Repository, branch: str, run: str, base: str) -> bool:
    """Whether all that the branch has is on the base or kept; so it is of a branch that is gone."""
    tip = await repository.git.commit_of(f"refs/heads/{branch}")
    if tip is None:
        return True
    for name in (f"refs/heads/{base}", kept_ref(run)):
        other = await repository.git.commit_of(name)
        if other is not None and await repository.git.is_ancestor(tip, other):
            return True
    return False


async def remove_rest(repository: Repository, path: Path, branch: str) -> bool:
    """What is left of a work tree whose folder is gone. Whether there was something."""
    folder = await asyncio.to_thread(folder_of, repository.folder, path)
    if folder is not None:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    known = await repository.git.commit_of(f"refs/heads/{branch}") is not None
    if known:
        await repository.git.run("update-ref", "-d", f"refs/heads/{branch}")
    return known or folder is not None


async def _refs(repository: Repository, under: str) -> Sequence[str]:
    ran = await repository.git.run("for-each-ref", "--format=%(refname)", under)
    return ran.text.split()
