"""Repositories that lie in a work tree: git takes each for one name and leaves out what is in it, so nothing of it would
be committed or kept."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sempre.board.git import Git

_OWN = ".git"


async def find(git: Git) -> Sequence[str]:
    """Their paths in the work tree, with a slash at the end; those that the repository knows as submodules are none."""
    return [each for each in await git.unknown() if each.endswith("/")]


def files(tree: Path, nested: Sequence[str]) -> bytes:
    """The paths of what lies in them but for git's own, as git's `-z` reads them. Blocks; for a thread."""
    return b"".join(
        os.fsencode(path.relative_to(tree)) + b"\0" for each in nested for path in _in(tree / each)
    )


def _in(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        linked = [each for each in folders if Path(place, each).is_symlink()]
        folders[:] = [each for each in folders if each != _OWN and each not in linked]
        for name in (*names, *linked):
            path = Path(place, name)
            if name != _OWN and (path.is_symlink() or path.is_file()):
                yield path
