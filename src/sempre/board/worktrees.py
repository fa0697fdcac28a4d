"""The work tree of a run: made once, committed to after each visit, removed only when a person is done with it.

Nothing that lies in it is trusted: its `.git` file is never read, and who is whose is asked of the repository. Every
function looks at what stands there first, so doing it again after a crash does only what is missing.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from sempre import ids
from sempre.board import nested
from sempre.board.git import LEFT_BEHIND, PATTERNS, Git, GitError
from sempre.board.leftovers import is_whole, settle
from sempre.board.repository import Repository
from sempre.board.worktree import Worktree
from sempre.errors import ConflictError, MisconfiguredError

TRAILER = "Sempre-Stage"
KEPT = "refs/sempre/kept/"  # and the run's id
BRANCHES = "card/"  # what the branches of runs begin with
FALLBACK = {
    "GIT_AUTHOR_NAME": "Sempre",
    "GIT_AUTHOR_EMAIL": "sempre@localhost",
    "GIT_COMMITTER_NAME": "Sempre",
    "GIT_COMMITTER_EMAIL": "sempre@localhost",
}


async def make(repository: Repository, path: Path, branch: str, base: str) -> Worktree:
    """A work tree on `branch`, which begins at `base` when it is new. Raises ConflictError, GitError."""
    if (there := await find(repository, path, branch)) is not None:
        if await is_whole(there):
            return there
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)  # nobody has worked in it
    if await asyncio.to_thread(_is_used, path):
        raise ConflictError(
            f"The folder {path} is not a work tree of {repository.path}. Move it away, then retry the stage."
        )
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    if (left := await asyncio.to_thread(folder_of, repository.folder, path)) is not None:
        await asyncio.to_thread(shutil.rmtree, left, ignore_errors=True)  # its files are gone
    known = await repository.git.commit_of(f"refs/heads/{branch}") is not None
    how = [branch] if known else ["--no-track", "-b", branch, f"refs/heads/{base}"]
    if known:
        await repository.git.run("worktree", "add", "--force", str(path), *how)
    else:
        await repository.git.run("worktree", "add", *how[:3], str(path), how[3])
    made = await find(repository, path, branch)
    if made is None:
        raise GitError(f"git made no work tree at {path}.")
    return made


async def in_place(repository: Repository, branch: str, base: str) -> Worktree:
    """The branch in the repository's own folder, which a run without a work tree works in. Raises MisconfiguredError
    when that has changes or files of a person's, which would become the card's."""
    here = Worktree(path=repository.path, branch=branch, git=repository.git, own=False)
    if await _branch_of(here) == here.ref:
        return here
    if await repository.git.changed():
        raise MisconfiguredError(
            f"{repository.path} has changes that are not committed, and this board works in it.",
            remedy="Commit or stash them, then retry the stage.",
            code="dirty",
        )
    if unknown := await repository.git.unknown():
        raise MisconfiguredError(
            f"{repository.path} has files that git does not know, and this board works in it: {unknown[0]}.",
            remedy="Commit them, have git ignore them or move them away, then retry the stage.",
            code="untracked",
        )
    known = await repository.git.commit_of(here.ref) is not None
    await repository.git.run(
        "checkout", *(() if known else ("-b",)), branch, *(() if known else (base,))
    )
    return here


async def find(repository: Repository, path: Path, branch: str) -> Worktree | None:
    """The work tree there, when it is one of this repository's."""
    folder = await asyncio.to_thread(folder_of, repository.folder, path)
    if folder is None or not await asyncio.to_thread(_is_folder, path):
        return None
    return Worktree(path=path, branch=branch, git=Git(folder=folder, tree=path))


async def head(tree: Worktree) -> str:
    """Raises GitError when the branch is gone."""
    commit = await tree.git.commit_of(tree.ref)
    if commit is None:
        raise GitError(f"The branch {tree.branch} is gone from {tree.path}.")
    return commit


async def commit(tree: Worktree, message: str, visit: str, since: str | None = None) -> str:
    """Put what is not committed on the branch, once for each visit, which began at the commit `since`. Gives the
    branch's head. Raises ConflictError
    when the work tree is on another branch, GitError."""
    await settle(tree)
    await require_branch(tree)
    before = await head(tree)
    if await has_visit(tree, visit, before, since):
        return before
    if within := await nested.find(tree.git, before):
        raise ConflictError(
            f"{tree.path / within[0]} is a git repository of its own, so what lies in it would not be part of the "
            "change. Remove its .git folder, or have git ignore it; then retry the stage. A submodule is added by a "
            "person, on the base branch.",
            code="nested_repository",
        )
    if within := await nested.changed_submodules(tree.git, before):
        raise ConflictError(
            f"Something was changed in the submodule {tree.path / within[0]} that is nowhere else, and a commit only "
            "says which of its commits is meant. Commit and push it there, or put it back with `git submodule "
            "update --force`; then retry the stage.",
            code="submodule_changed",
        )
    await _add(tree)
    written = await tree.git.text("write-tree")
    if written == await tree.git.text("rev-parse", f"{before}^{{tree}}"):
        return before
    said = f"{message.strip()}\n\n{TRAILER}: {visit}\n"
    made = await _commit_tree(tree.git, written, before, said)
    # Compared and set: a git that a killed Sempre left running may have been faster.
    moved = await tree.git.run("update-ref", tree.ref, made, before, allowed=(0, 128))
    return made if moved.code == 0 else await head(tree)


async def has_visit(tree: Worktree, visit: str, newest: str, since: str | None) -> bool:
    """Whether a commit of this visit is on the branch already. Only what came after `since` is looked at: reading
    the messages of a long history takes seconds."""
    found = await tree.git.run(
        "log",
        "--max-count=1",
        "--format=%H",
        "--fixed-strings",
        f"--grep={TRAILER}: {visit}",
        "--ignore-missing",
        newest,
        *(() if since is None else (f"^{since}",)),
    )
    return bool(found.text)


async def snapshot(tree: Worktree, newest: str | None = None) -> str:
    """What stands there, files that git does not know included, as a tree of git's; the index stays as it is.
    `newest` is the branch's commit, should that be gone. Raises GitError."""
    aside = tree.git.folder / f"sempre-index-{ids.new_id()}"  # two pages may ask at once
    index = tree.git.folder / "index"
    await asyncio.to_thread(_copy, index, aside)
    more = {"GIT_INDEX_FILE": str(aside)}
    try:
        newest = newest or await head(tree)
        submodules = await nested.changed_submodules(tree.git, newest)
        within = [*await nested.find(tree.git, newest, more), *submodules]
        await _add(tree, more, but=within)
        for each in submodules:
            await tree.git.run("update-index", "--force-remove", each.rstrip("/"), more=more)
        if found := await asyncio.to_thread(nested.files, tree.path, within):
            await tree.git.run("update-index", "--add", "-z", "--stdin", given=found, more=more)
        return (await tree.git.run("write-tree", more=more)).text
    finally:
        await asyncio.to_thread(aside.unlink, missing_ok=True)
        await asyncio.to_thread(aside.with_name(f"{aside.name}.lock").unlink, missing_ok=True)


async def is_committed(tree: Worktree) -> bool:
    """Whether all that stands there of it is on the branch."""
    if not tree.own and not await is_there(tree):
        return True
    if await tree.git.commit_of(tree.ref) is None:
        return False
    return await snapshot(tree) == await tree.git.text("rev-parse", f"{tree.ref}^{{tree}}")


async def is_there(tree: Worktree) -> bool:
    """Whether what stands in its folder is the branch's: a person may have checked out another one."""
    return await _branch_of(tree) == tree.ref


async def restore(repository: Repository, branch: str, newest: str | None) -> None:
    """A branch that somebody deleted, where its last commit is there still. Raises ConflictError."""
    if await repository.git.commit_of(f"refs/heads/{branch}") is not None:
        return
    if newest is None or await repository.git.commit_of(newest) is None:
        raise ConflictError(
            f"The branch {branch} is gone from {repository.path}, and with it the card's work. Discard that, then run "
            "the card anew.",
            code="branch_gone",
        )
    await repository.git.run("update-ref", f"refs/heads/{branch}", newest)


async def keep(tree: Worktree, run: str, last: str | None) -> str:
    """Put all that stands there, committed or not, under a ref of its own; gives that ref. `last` is the commit that
    the branch was seen at, should it be gone."""
    newest = await tree.git.commit_of(tree.ref) or last or await head(tree)
    kept, its = newest, tree.own or await is_there(tree)
    written = (
        await snapshot(tree, newest)
        if its
        else await tree.git.text("rev-parse", f"{newest}^{{tree}}")
    )
    if written != await tree.git.text("rev-parse", f"{newest}^{{tree}}"):
        kept = await _commit_tree(
            tree.git, written, newest, "Kept when its work tree was removed\n"
        )
    await tree.git.run("update-ref", kept_ref(run), kept)
    return kept_ref(run)


async def leave(tree: Worktree, base: str) -> None:
    """A run that worked in the repository's own folder gives it back, on the base branch."""
    if await is_there(tree):
        await tree.git.run("checkout", "--force", base)


def kept_ref(run: str) -> str:
    """Where `keep` puts it."""
    return f"{KEPT}{run}"


async def remove(repository: Repository, tree: Worktree, *, branch: bool, base: str) -> None:
    """The folder, and the branch if told so. The caller has kept or merged what was in it."""
    if tree.own:
        await asyncio.to_thread(shutil.rmtree, tree.path, ignore_errors=True)
        if tree.git.folder != repository.folder:
            await asyncio.to_thread(shutil.rmtree, tree.git.folder, ignore_errors=True)
    else:
        await leave(tree, base)
    if branch:
        await repository.git.run("update-ref", "-d", tree.ref)


async def _add(
    tree: Worktree, more: Mapping[str, str] | None = None, *, but: Sequence[str] = ()
) -> None:
    """All but what tools leave behind in a repository that does not ignore it."""
    patterns = {**PATTERNS, **(more or {})}
    left_out = (f":(exclude,literal){each}" for each in but)
    await tree.git.run("add", "--all", "--", ".", *LEFT_BEHIND, *left_out, more=patterns)


async def require_branch(tree: Worktree) -> None:
    """Raises ConflictError when another branch is checked out there."""
    found = await _branch_of(tree)
    if found != tree.ref:
        raise ConflictError(
            f"{tree.path} is on {found or 'no branch'} and not on {tree.branch}. Check that branch out there, "
            "then retry the stage."
        )


async def _branch_of(tree: Worktree) -> str:
    return (await tree.git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1))).text


async def _commit_tree(git: Git, tree: str, parent: str, message: str) -> str:
    more = await identity(git)
    ran = await git.run("commit-tree", tree, "-p", parent, given=message.encode(), more=more)
    return ran.text


async def identity(git: Git) -> Mapping[str, str]:
    """Who commits, where git knows nobody."""
    named = (await git.run("config", "user.email", allowed=(0, 1))).text
    return {} if named else FALLBACK


def folder_of(shared: Path, path: Path) -> Path | None:
    """Git's own folder for the work tree at `path`, by the repository's list of them."""
    for each in sorted((shared / "worktrees").glob("*")):
        try:
            named = (each / "gitdir").read_text("utf-8", "surrogateescape").strip()
        except OSError:
            continue
        if _located(each / Path(named).parent) == _located(path):
            return each
    return None


def _located(path: Path) -> Path:
    """Links on the way are followed, one at its end is not: an agent could lay one there to another card's."""
    return path.parent.resolve() / path.name


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_used(path: Path) -> bool:
    return path.exists() and (not path.is_dir() or any(path.iterdir()))


def _copy(index: Path, aside: Path) -> None:
    if index.exists():
        shutil.copyfile(index, aside)
    else:
        aside.unlink(missing_ok=True)
