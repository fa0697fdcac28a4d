"""Copies of the embedded databases, made by SQLite's own online backup while they are in use. The key that opens
what is sealed in them is never part of a backup."""

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sempre import __version__, atomic, clock
from sempre.db import manifest
from sempre.db.manifest import Copy, Manifest
from sempre.errors import NotFoundError, UnavailableError

_FORM = "%Y%m%dT%H%M%S.%fZ"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A folder with one copy of each database. `bytes` is what they take; one of an older release has no manifest."""

    name: str
    path: Path
    made_at: datetime
    bytes: int
    manifest: Manifest | None

    @property
    def reason(self) -> str:
        return self.name.partition("-")[2]

    @property
    def databases(self) -> Sequence[Path]:
        return sorted(self.path.glob("*.sqlite"))


def create(
    folder: Path, databases: Sequence[Path], reason: str, *, audit_head: str | None = None
) -> Backup:
    """Copy what is there; a crash leaves no half backup that looks whole. Blocks. Raises UnavailableError.

    The databases are copied in the order given: what may be older than the others comes first.
    """
    made_at = clock.now()
    name = f"{made_at.strftime(_FORM)}-{reason}"
    aside, path = folder / f"{name}{_UNFINISHED}", folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear(folder)
        aside.mkdir(mode=0o700)
        copies = {each.name: _copy(each, aside / each.name) for each in databases if each.exists()}
        manifest.store(
            aside,
            Manifest(
                version=__version__,
                made_at=made_at,
                reason=reason,
                files=copies,
                audit_head=audit_head,
            ),
        )
        atomic.sync_folder(aside)
        aside.rename(path)
        atomic.sync_folder(folder)
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
    return [_read(path) for path in sorted(found, reverse=True) if _stamp(path) is not None]


def find(folder: Path, name: str) -> Backup:
    """Raises NotFoundError."""
    for backup in every(folder):
        if backup.name == name:
            return backup
    raise NotFoundError(
        f"There is no backup {name}. `sempre backup list` shows those there are.",
        code="backup_not_found",
    )


def verify(backup: Backup) -> list[str]:
    """What is wrong with it, by its manifest and SQLite's own check; empty when it is whole. Blocks."""
    problems = list(_differences(backup))
    if not backup.databases:
        problems.append(f"{backup.path} holds no database")
    for copy in backup.databases:
        try:
            with closing(read_only(copy)) as connection:
                said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.Error as error:
            said = [str(error)]
        problems += [f"{copy.name}: {line}" for line in said if line != "ok"]
    return problems


def read_only(copy: Path) -> sqlite3.Connection:
    """A connection that leaves nothing beside the file: without `immutable` it would get a -wal."""
    return sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def prune(folder: Path, keep: int) -> int:
    """Remove the oldest beyond `keep`; gives how many went."""
    old = every(folder)[keep:]
    for backup in old:
        shutil.rmtree(backup.path)
    return len(old)


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has, in the transaction that is open."""
    listed = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (a name of our own table)
        for (name,) in listed.fetchall()
    }


def _differences(backup: Backup) -> Iterable[str]:
    if backup.manifest is None:
        return
    for name, copy in backup.manifest.files.items():
        path = backup.path / name
        if not path.is_file():
            yield f"{name} is missing"
        elif manifest.hash_of(path) != copy.sha256:
            yield f"{name} is not what was written: its hash differs"


def _copy(database: Path, to: Path) -> Copy:
    """One moment of the database, with its rows counted in that same moment."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.isolation_level = None
        source.execute("BEGIN")
        rows = count_rows(source)
        source.backup(target)
        source.execute("ROLLBACK")
        schema = (
            target.execute("SELECT version_num FROM alembic_version").fetchone()
            if "alembic_version" in rows
            else None
        )
    atomic.sync(to)
    return Copy(
        bytes=to.stat().st_size,
        sha256=manifest.hash_of(to),
        schema=schema[0] if schema else None,
        rows=rows,
    )


def _clear(folder: Path) -> None:
    """What a crash left half made."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        shutil.rmtree(path, ignore_errors=True)


def _read(path: Path) -> Backup:
    return Backup(
        name=path.name,
        path=path,
        made_at=_stamp(path) or clock.now(),
        bytes=sum(file.stat().st_size for file in path.glob("*.sqlite")),
        manifest=manifest.read(path),
    )


def _stamp(path: Path) -> datetime | None:
    """None for a folder that is no backup."""
    try:
        return datetime.strptime(f"{path.name.split('-', 1)[0]}+0000", f"{_FORM}%z")
    except ValueError:
        return None
