"""A run's work tree: where its files are, and where git looks. Read-only value."""

from dataclasses import dataclass
from pathlib import Path

from sempre.board.git import Git


@dataclass(frozen=True, kw_only=True)
class Worktree:
    """`git` looks only here. `own`: a folder of its own beside the repository; else it is the repository's."""

    path: Path
    branch: str
    git: Git
    own: bool = True

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"
