"""What a crash broke off in a work tree: a rebase, a lock, its making. Ours is ended, a person's is left."""

import asyncio
from pathlib import Path

import psutil

from sempre import clock
from sempre.board.worktree import Worktree

_STALE_SECONDS = 20.0  # no git of ours holds an index for longer
_LOOK_SECONDS = 0.1


async def settle(tree: Worktree) -> None:
    """End a rebase, a merge, an index that nobody writes any more. In the repository's own folder a person may be at one
    of these: it is left."""
    await _unlock(tree)
    for begun, end in (
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("MERGE_HEAD", "merge"),
    ):
        if await asyncio.to_thread(_is_ours, tree, begun):
            await tree.git.run(end, "--abort", allowed=(0, 1, 128))


async def _unlock(tree: Worktree) -> None:
    """Wait for a git that a killed Sempre left at work; a lock that nobody lets go of is an old crash's."""
    lock = tree.git.folder / "index.lock"
    end = clock.ticks() + _STALE_SECONDS
    while await asyncio.to_thread(lock.exists):
        if clock.ticks() > end:
            if tree.own or not await asyncio.to_thread(_is_git_at_work, tree.path):
                await asyncio.to_thread(lock.unlink, missing_ok=True)
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _is_git_at_work(folder: Path) -> bool:
    """Whether a person's git is: one that waits for their editor holds its lock as long as they write."""
    for program in psutil.process_iter(["name"]):
        try:
            if program.info["name"].startswith("git") and Path(program.cwd()).is_relative_to(
                folder
            ):
                return True
        except (psutil.Error, OSError):
            continue
    return False


async def is_whole(tree: Worktree) -> bool:
    """Whether git has come to the end of making it. One that a crash or a full disk broke off lacks files, which would
    be committed as deleted; one that a killed Sempre left git at is waited for."""
    end = clock.ticks() + _STALE_SECONDS
    while await asyncio.to_thread(_is_being_made, tree.git.folder):
        if clock.ticks() > end:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True


def _is_being_made(folder: Path) -> bool:
    """By git's own mark, which it takes away at the end."""
    try:
        return (folder / "locked").read_text("utf-8").strip() == "initializing"
    except OSError:
        return False


def _is_ours(tree: Worktree, begun: str) -> bool:
    place = tree.git.folder / begun
    if tree.own:
        return place.exists()
    try:
        return (place / "head-name").read_text("utf-8").strip() == tree.ref
    except OSError:
        return False
