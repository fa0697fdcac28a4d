"""Where Git Bash is on Windows: Claude Code's Bash tool needs it and looks only in the default places.

Path logic only, on PureWindowsPath, so that it is tested everywhere.
"""

from collections.abc import Callable, Iterator
from pathlib import PureWindowsPath

_BASH = (("usr", "bin", "bash.exe"), ("bin", "bash.exe"))
_FOLDERS_OF_GIT = frozenset({"cmd", "bin", "mingw64", "mingw32", "usr", "libexec", "git-core"})


def git_bash(git: str, exists: Callable[[str], bool]) -> str | None:
    """The bash.exe that belongs to this git.exe, or None. Git's own `usr\\bin\\bash.exe` comes first: what lies
    in `bin` is a wrapper that starts it, and is what a kill would hit."""
    for root in _roots(PureWindowsPath(git)):
        for parts in _BASH:
            bash = str(root.joinpath(*parts))
            if exists(bash):
                return bash
    return None


def _roots(git: PureWindowsPath) -> Iterator[PureWindowsPath]:
    """Folders that may be Git's own: git.exe lies in `cmd`, `bin`, `mingw64\\bin` or `mingw64\\libexec\\git-core`."""
    folder = git.parent
    while folder.name.lower() in _FOLDERS_OF_GIT:
        folder = folder.parent
        yield folder
    if folder.name.lower() == "shims":  # Scoop: shims\git.exe stands for apps\git\current
        yield folder.parent / "apps" / "git" / "current"
