"""What backups are made of: the files of an embedded database, or a Postgres. Each knows how it is copied, how a copy
is restored aside for a drill, and how one is put back."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sempre.db.backup import Backup
from sempre.db.interruption import Interruption
from sempre.db.manifest import Copy
from sempre.errors import MisconfiguredError, UnavailableError


class DrillNotHeldError(MisconfiguredError):
    """A backup is there, but the database's owner must give a right before it can be proven."""

    code = "drill_not_held"


class NotRestoredError(UnavailableError):
    """Its copies are as they were written, and yet could not be restored."""

    code = "not_restored"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """One copy, restored aside. `name` is that of its file in the backup; `namespace` is its schema on Postgres."""

    name: str
    url: str
    namespace: str | None = None


class Source(Protocol):
    """All of it blocks."""

    @property
    def suffix(self) -> str:
        """Of the files that its copies are."""
        ...

    def is_there(self) -> bool:
        """Whether there is anything to copy."""
        ...

    def obstacle(self) -> MisconfiguredError | None:
        """Why none can be made, or proven, until a person has acted; None: nothing is in the way."""
        ...

    def copy(self, folder: Path, stop: Interruption) -> Mapping[str, Copy]:
        """Put a copy of each database into the folder. Raises UnavailableError, MisconfiguredError, OSError."""
        ...

    def check(self, chosen: Backup) -> Sequence[str]:
        """What is wrong with its copies beyond what the manifest tells."""
        ...

    def restored(
        self, chosen: Backup, stop: Interruption
    ) -> AbstractContextManager[Sequence[Restored]]:
        """Restored aside until the block ends. Raises NotRestoredError, UnavailableError, MisconfiguredError, OSError."""
        ...

    def require_alone(self) -> None:
        """Raises ConflictError while another home's Sempre has the databases in use, UnavailableError."""
        ...

    def put_back(self, chosen: Backup, *, audit_head: str | None) -> Path | None:
        """In the place of what stands there; gives where that lies now, None where nothing stood. Nobody may have the
        databases open meanwhile: `require_alone`, and the home's lock. Raises ConflictError, UnavailableError, MisconfiguredError."""
        ...
