"""The embedded databases of a home as a source of backups, copied by SQLite's own online backup while they are in use."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sempre import atomic
from sempre.db import manifest, restore
from sempre.db.backup import Backup
from sempre.db.interruption import Interruption
from sempre.db.manifest import Copy
from sempre.db.source import Restored
from sempre.errors import UnavailableError

SUFFIX = ".sqlite"


class Files:
    """`databases` are copied in the order given: what may be older than the others comes first. Drills are held in
    `state`, where they lie too."""

    suffix = SUFFIX

    def __init__(self, state: Path, databases: Sequence[Path]) -> None:
        self._state = state
        self._databases = databases

    def is_there(self) -> bool:
        return any(each.exists() for each in self._databases)

    def obstacle(self) -> None:
        """Python brings all that it takes."""

    def copy(self, folder: Path, stop: Interruption) -> Mapping[str, Copy]:
        copies: dict[str, Copy] = {}
        for each in self._databases:
            stop.look()
            if each.exists():
                copies[each.name] = _copy(each, folder / each.name)
        return copies

    def check(self, chosen: Backup) -> Sequence[str]:
        """By SQLite's own check, of all pages."""
        problems: list[str] = []
        for copy in chosen.databases:
            try:
                with closing(read_only(copy)) as connection:
                    said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            except sqlite3.Error as error:
                said = [str(error)]
            problems += [f"{copy.name}: {line}" for line in said if line != "ok"]
        return problems

    @contextmanager
    def restored(self, chosen: Backup, stop: Interruption) -> Iterator[Sequence[Restored]]:
        with tempfile.TemporaryDirectory(prefix="drill-", dir=self._state) as folder:
            restored: list[Restored] = []
            for copy in chosen.databases:
                stop.look()
                path = Path(shutil.copyfile(copy, Path(folder) / copy.name))
                restored.append(Restored(name=copy.name, url=f"sqlite:///{path}"))
            yield restored

    def require_alone(self) -> None:
        """They are of one home, whose lock says it all."""

    def put_back(self, chosen: Backup, *, audit_head: str | None) -> Path:
        del audit_head  # what is laid aside has its own trail
        return restore.restore(self._state, chosen, self._databases)


def read_only(copy: Path) -> sqlite3.Connection:
    """A connection that leaves nothing beside the file: without `immutable` it would get a -wal."""
    return sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _copy(database: Path, to: Path) -> Copy:
    """One moment of the database, with its rows counted in that same moment."""
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
            source.isolation_level = None
            source.execute("BEGIN")
            rows = _count_rows(source)
            source.backup(target)
            source.execute("ROLLBACK")
            schema = (
                target.execute("SELECT version_num FROM alembic_version").fetchone()
                if "alembic_version" in rows
                else None
            )
    except sqlite3.Error as error:
        raise UnavailableError(
            f"{database} could not be copied: {error}. Free disk space, then make the backup again."
        ) from error
    atomic.sync(to)
    return Copy(
        bytes=to.stat().st_size,
        sha256=manifest.hash_of(to),
        schema=schema[0] if schema else None,
        rows=rows,
    )


def _count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has, in the transaction that is open."""
    listed = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (a name of our own table)
        for (name,) in listed.fetchall()
    }
