"""What one worker may do, and what policy must be told of the disk to judge it. Policy itself reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sempre.contract.rules import Rule


@dataclass(frozen=True, kw_only=True)
class Rights:
    """`directory` is what the worker may read and edit, `home` is Sempre's. Paths are absolute.

    `commands` are allowed beside the default list: a command with its first words ("npm test"). `readable` are
    folders whose files may be read as well, wherever they are; a `*` in them stands for one name. `protected`
    are files and folders that are refused beside what belongs to the home. `ports` are where Sempre listens.
    `rules` are a person's, the first that fits decides. `unattended`: what a person should decide will be allowed
    without one.
    """

    directory: str
    home: str
    commands: Sequence[str] = ()
    readable: Sequence[str] = ()
    protected: Sequence[str] = ()
    ports: Sequence[int] = ()
    rules: Sequence[Rule] = ()
    unattended: bool = False


class Files(Protocol):
    """How the disk stands. Answers must be true for the machine that the worker runs on."""

    def real(self, path: str) -> str:
        """An absolute path with every link followed, also when its end does not exist."""
        ...

    def matches(self, pattern: str, base: str) -> Sequence[str]:
        """The names that a shell in `base` makes of a pattern with `*` and `?`; hidden ones only where named."""
        ...

    def exists(self, path: str) -> bool: ...
