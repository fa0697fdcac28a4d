"""Repositories that lie in a work tree: git takes each for one name, or for one commit, and leaves out what is in it, so
nothing of it would be committed or kept."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sempre.board.git import Git

_OWN = ".git"
_LINK = "160000"  # the mode of an entry that stands for another repository's commit


async def find(git: Git, newest: str, more: Mapping[str, str] | None = None) -> Sequence[str]:
    """Their paths in the work tree, with a slash at the end. An agent may have added them to the index, as a submodule
    or by mistake: those that `newest` does not have are taken out of it again. `more` names another index."""
    if added := await _added(git, newest, more):
        gone = b"".join(os.fsencode(each) + b"\0" for each in added)
        await git.run("update-index", "--force-remove", "-z", "--stdin", given=gone, more=more)
    return [each for each in await git.unknown(more) if each.endswith("/")]


async def changed_submodules(git: Git, newest: str) -> Sequence[str]:
    """Those that the repository knows and in which work stands that is nowhere else: files that are not committed, or
    commits that no remote has. Like the others, with a slash at the end."""
    if not await git.has(f"{newest}:.gitmodules"):
        return []
    links = (await git.run("ls-tree", "-r", "-z", newest)).names
    paths = [each.partition("\t")[2] for each in links if each.startswith(_LINK)]
    return [f"{each}/" for each in paths if await _is_changed(git, git.tree / each)]


def files(tree: Path, nested: Sequence[str]) -> bytes:
    """The paths of what lies in them but for git's own, as git's `-z` reads them. Blocks; for a thread."""
    return b"".join(
        os.fsencode(path.relative_to(tree)) + b"\0" for each in nested for path in _in(tree / each)
    )


async def _added(git: Git, newest: str, more: Mapping[str, str] | None) -> Sequence[str]:
    """In the index, and not in that commit."""
    ran = await git.run("diff-index", "--cached", "--raw", "-z", newest, more=more)
    heads, paths = ran.names[::2], ran.names[1::2]
    return [
        path
        for head, path in zip(heads, paths, strict=False)
        if head.split()[1] == _LINK and head.split()[0] != f":{_LINK}"
    ]


async def _is_changed(git: Git, place: Path) -> bool:
    """One that was never fetched has nothing of its own."""
    folder = await asyncio.to_thread(_folder, place)
    if folder is None:
        return await asyncio.to_thread(_has_files, place)
    if not folder.is_relative_to(_shared(git.folder)):
        return True  # an agent laid it there
    own = Git(folder=folder, tree=place)
    if await own.changed() or await own.unknown():
        return True
    ran = await own.run("rev-list", "--max-count=1", "HEAD", "--not", "--remotes", allowed=(0, 128))
    return ran.code != 0 or bool(ran.text)


def _folder(place: Path) -> Path | None:
    """Where git keeps a submodule's own things."""
    try:
        said = (place / _OWN).read_text("utf-8", "surrogateescape").strip()
    except IsADirectoryError:
        return (place / _OWN).resolve()
    except OSError:
        return None
    return (place / said.removeprefix("gitdir:").strip()).resolve()


def _has_files(place: Path) -> bool:
    return place.is_dir() and any(place.iterdir())


def _shared(folder: Path) -> Path:
    """The repository's, of a linked work tree's."""
    real = folder.resolve()
    return real.parent.parent if real.parent.name == "worktrees" else real


def _in(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        linked = [each for each in folders if Path(place, each).is_symlink()]
        folders[:] = [each for each in folders if each != _OWN and each not in linked]
        for name in (*names, *linked):
            path = Path(place, name)
            if name != _OWN and (path.is_symlink() or path.is_file()):
                yield path
