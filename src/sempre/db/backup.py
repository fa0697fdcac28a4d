"""Copies of the embedded databases, made by SQLite's own online backup while they are in use. The key that opens
what is sealed in them is never part of a backup."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sempre import clock
from sempre.errors import NotFoundError, UnavailableError

_FORM = "%Y%m%dT%H%M%S.%fZ"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A folder with one copy of each database. `bytes` is what they take."""

    name: str
    path: Path
    made_at: datetime
    bytes: int


def create(folder: Path, databases: Sequence[Path], reason: str) -> Backup:
    """Copy what is there; a crash leaves no half backup that looks whole. Blocks. Raises UnavailableError."""
    name = f"{clock.now().strftime(_FORM)}-{reason}"
    aside, path = folder / f"{name}{_UNFINISHED}", folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        for database in databases:
            if database.exists():
                _copy(database, aside / database.name)
        aside.rename(path)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise UnavailableError(
            f"The backup to {path} failed: {error}. Free disk space, then make it again."
        ) from error
    return _read(path)


def every(folder: Path) -> list[Backup]:
    """Newest first."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.is_dir() and path.suffix != _UNFINISHED]
    return [_read(path) for path in sorted(found, reverse=True)]


def find(folder: Path, name: str) -> Backup:
    """Raises NotFoundError."""
    for backup in every(folder):
        if backup.name == name:
            return backup
    raise NotFoundError(f"There is no backup {name}. `sempre backup list` shows those there are.")


def verify(backup: Backup) -> list[str]:
    """What is wrong with it, by SQLite's own check; empty when it is whole. Blocks."""
    problems: list[str] = []
    copies = sorted(backup.path.glob("*.sqlite"))
    if not copies:
        problems.append(f"{backup.path} holds no database")
    for copy in copies:
        try:
            address = (
                f"{copy.absolute().as_uri()}?mode=ro&immutable=1"  # else it gets a -wal beside it
            )
            with closing(sqlite3.connect(address, uri=True)) as connection:
                said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.Error as error:
            said = [str(error)]
        problems += [f"{copy.name}: {line}" for line in said if line != "ok"]
    return problems


def prune(folder: Path, keep: int) -> int:
    """Remove the oldest beyond `keep`; gives how many went."""
    old = every(folder)[keep:]
    for backup in old:
        shutil.rmtree(backup.path)
    return len(old)


def _copy(database: Path, to: Path) -> None:
    source = sqlite3.connect(database)
    target = sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _read(path: Path) -> Backup:
    stamp = path.name.split("-", 1)[0]
    return Backup(
        name=path.name,
        path=path,
        made_at=datetime.strptime(stamp, _FORM).replace(tzinfo=clock.now().tzinfo),
        bytes=sum(file.stat().st_size for file in path.iterdir()),
    )
