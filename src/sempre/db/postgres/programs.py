"""Postgres' own programs: where they are, and whether they are new enough for a server."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sempre import environment
from sempre.errors import MisconfiguredError

_NEEDED = ("pg_dump", "pg_restore", "psql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_PATIENCE = 30.0  # seconds to say a version


class MissingProgramError(MisconfiguredError):
    """Sempre brings none of Postgres' programs, and the ones found here do not do."""

    code = "pg_dump_missing"


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Of one installation, so that each reads what the other writes. `major` is their version."""

    pg_dump: Path
    pg_restore: Path
    psql: Path
    major: int

    def require(self, server: int) -> None:
        """Raises MissingProgramError when they are older than a server of this major version."""
        if self.major < server:
            raise MissingProgramError(
                f"{self.pg_dump} is of Postgres {self.major} and cannot read the server's Postgres {server}.",
                remedy=_remedy(server),
                code="pg_dump_old",
            )


def find(folder: str, *, server: int) -> Programs:
    """Those in the folder, or on the PATH where it is empty. Raises MissingProgramError."""
    paths = {name: shutil.which(name, path=folder or None) for name in _NEEDED}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        where = f"in {folder} (backups.pg_bin)" if folder else "on the PATH"
        raise MissingProgramError(
            f"Backups of Postgres need {' and '.join(missing)}, which is not {where}.",
            remedy=_remedy(server),
        )
    found = {name: Path(path) for name, path in paths.items() if path is not None}
    programs = Programs(**found, major=_major(found["pg_dump"], server))
    programs.require(server)
    return programs


def _major(pg_dump: Path, server: int) -> int:
    try:
        said = subprocess.run(
            [pg_dump, "--version"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            env=environment.inherited(os.environ),
            stdin=subprocess.DEVNULL,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    version = _VERSION.search(said)
    if version is None:
        raise MissingProgramError(
            f"{pg_dump} does not say its version: {said.strip()[:200]}.", remedy=_remedy(server)
        )
    return int(version[1])


def _remedy(server: int) -> str:
    return (
        f"Install the package postgresql-client-{server} (Debian, Ubuntu), postgresql{server} (Fedora, RHEL) or "
        f"postgresql@{server} (Homebrew), and set backups.pg_bin in sempre.toml to its folder if it is not the first "
        "on the PATH."
    )
