"""A finished run's branch comes to its base: merged once, or brought up to a base that moved on. Nothing is lost when it
can't be done."""

from dataclasses import dataclass
from pathlib import Path

from sempre.board import leftovers, turns, worktrees
from sempre.board.git import Git
from sempre.board.repository import Repository
from sempre.board.worktree import Worktree
from sempre.errors import ConflictError

_SHOWN = 10


class BaseMovedError(ConflictError):
    """The base has commits that the branch does not know."""

    code = "base_moved"


class BaseDirtyError(ConflictError):
    """The checkout of the base has changes that nobody committed."""

    code = "base_dirty"


class RebaseConflictError(ConflictError):
    """Both sides changed the same lines."""

    code = "rebase_conflict"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to be merged: the branch's tip, and what the commit says."""

    head: str
    message: str


async def merge(repository: Repository, base: str, change: Change) -> str:
    """Put the change on the base branch; gives the base's commit that has it. Again, it changes nothing.

    Raises BaseMovedError, BaseDirtyError, ConflictError, GitError; then nothing was changed.
    """
    async with turns.taken(repository):
        return await _merge(repository, base, change)


async def _merge(repository: Repository, base: str, change: Change) -> str:
    git, ref = repository.git, f"refs/heads/{base}"
    tip = await git.commit_of(ref)
    if tip is None:
        raise ConflictError(
            f"The branch {base} is gone from {repository.path}. Create it, then merge."
        )
    if await git.is_ancestor(change.head, tip):
        return await _merged_as(git, change.head, tip)
    if not await git.is_ancestor(tip, change.head):
        raise _moved_on(base)
    checkout = await _checkout(repository, ref)
    if checkout is not None:
        await _require_clean(checkout, base)
    made = await _commit(git, tip, change)
    if checkout is None:
        moved = await git.run("update-ref", "-m", "sempre: merge", ref, made, tip, allowed=(0, 128))
    else:
        moved = await checkout.run(
            "merge", "--ff-only", "--no-verify", "--quiet", made, allowed=(0, 1, 128)
        )
    if moved.code != 0 and await git.commit_of(ref) != tip:  # a person's git was faster
        raise _moved_on(base)
    if moved.code != 0:
        raise BaseDirtyError(
            f"{base} could not be moved in {(checkout or git).tree}: {moved.complaint or moved.text} "
            "Mend that, then merge again."
        )
    return made


async def rebase(tree: Worktree, base: str) -> str:
    """Bring the branch up to the base as it is now; gives its new tip. Raises RebaseConflictError, then all is as it
    was; ConflictError when something is not committed or another branch stands there, GitError."""
    await leftovers.settle(tree)
    await worktrees.require_branch(tree)
    before = await worktrees.head(tree)
    onto = await tree.git.commit_of(f"refs/heads/{base}")
    if onto is None:
        raise ConflictError(f"The branch {base} is gone. Create it, then rebase.")
    if await tree.git.is_ancestor(onto, before):
        return before
    if await tree.git.changed():
        raise ConflictError(
            f"{tree.path} has changes that are not committed. Commit them there, then rebase."
        )
    ran = await tree.git.run(
        "rebase",
        "--no-verify",
        "--quiet",
        onto,
        allowed=(0, 1, 128),
        more=await worktrees.identity(tree.git),
    )
    if ran.code == 0:
        return await worktrees.head(tree)
    clashing = (await tree.git.run("diff", "--name-only", "--diff-filter=U", "-z")).names
    await tree.git.run("rebase", "--abort", allowed=(0, 1, 128))
    if not clashing:
        raise ConflictError(
            f"{tree.branch} could not be rebased in {tree.path}, and nothing was changed: {ran.complaint} Mend that, "
            "then rebase again."
        )
    where = ", ".join(clashing[:_SHOWN])
    raise RebaseConflictError(
        f"The card and {base} changed the same lines: {where}. Nothing was changed. Send the card back with a comment "
        f"that it shall merge {base}, or rebase {tree.branch} by hand in {tree.path}."
    )


def _moved_on(base: str) -> BaseMovedError:
    return BaseMovedError(
        f"{base} has moved on since this card began. Rebase the card, look at its tests, then merge."
    )


async def _merged_as(git: Git, head: str, tip: str) -> str:
    """The commit that brought it, or the base's tip when it came in another way."""
    found = await git.run(
        "log", "--merges", "--first-parent", "--format=%H %P", "--ancestry-path", f"{head}..{tip}"
    )
    for line in reversed(found.text.splitlines()):
        commit, *parents = line.split()
        if head in parents[1:]:
            return commit
    return tip


async def _commit(git: Git, tip: str, change: Change) -> str:
    """A merge of its own, whose files are the branch's: the base is part of that already."""
    tree = await git.text("rev-parse", f"{change.head}^{{tree}}")
    ran = await git.run(
        "commit-tree",
        tree,
        "-p",
        tip,
        "-p",
        change.head,
        given=change.message.encode(),
        more=await worktrees.identity(git),
    )
    return ran.text


async def _checkout(repository: Repository, ref: str) -> Git | None:
    """Where a person has the base before them; it has to move with the branch."""
    ran = await repository.git.run("worktree", "list", "--porcelain")
    for block in ran.text.split("\n\n"):
        words = [each.partition(" ") for each in block.splitlines()]
        fields = {name: value for name, _, value in words}
        if fields.get("branch") == ref:
            return await _git_of(repository, Path(fields["worktree"]))
    return None


async def _git_of(repository: Repository, path: Path) -> Git:
    if path == repository.path:
        return repository.git
    found = await worktrees.find(repository, path, "")
    return found.git if found is not None else Git(folder=repository.folder, tree=path)


async def _require_clean(checkout: Git, base: str) -> None:
    if changed := await checkout.changed():
        named = ", ".join(changed[:_SHOWN])
        raise BaseDirtyError(
            f"{checkout.tree} has {base} checked out, with changes that are not committed: {named}. Commit or stash "
            "them, then merge again."
        )
