"""A restore drill: a backup is restored into a folder of its own, brought to this release's schema, opened with the
key and counted. What it says is kept beside the backup. The home itself is not touched."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from sempre import atomic, clock
from sempre.crypto import Keyring, UnreadableError
from sempre.db import backup, schema
from sempre.db.backup import Backup
from sempre.db.rotation import sealed_columns
from sempre.db.sealed import place
from sempre.errors import MisconfiguredError, UnavailableError

_FILE_NAME = "drill.json"


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` were counted in the restored databases, `opened` values were opened with the key."""

    at: datetime
    problems: list[str]
    rows: int
    opened: int
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.problems


def run(chosen: Backup, keyring: Keyring, workplace: Path) -> Drill:
    """Restore it below `workplace`, look, and keep what was found. Blocks. Raises UnavailableError."""
    begun = clock.ticks()
    problems = backup.verify(chosen)
    rows = opened = 0
    if not problems:
        try:
            with tempfile.TemporaryDirectory(prefix="drill-", dir=workplace) as folder:
                rows, opened = _restore(chosen, keyring, Path(folder), problems)
        except OSError as error:
            raise UnavailableError(
                f"The restore drill of {chosen.name} had no room: {error}. Free disk space, then try again."
            ) from error
    drill = Drill(
        at=clock.now(),
        problems=problems,
        rows=rows,
        opened=opened,
        seconds=round(clock.ticks() - begun, 3),
    )
    atomic.write(
        chosen.path / _FILE_NAME, msgspec.json.format(msgspec.json.encode(drill)), replace=True
    )
    return drill


def last(chosen: Backup) -> Drill | None:
    """What the newest drill of this backup said."""
    try:
        return msgspec.json.decode((chosen.path / _FILE_NAME).read_bytes(), type=Drill)
    except (OSError, msgspec.MsgspecError):
        return None


def _restore(
    chosen: Backup, keyring: Keyring, folder: Path, problems: list[str]
) -> tuple[int, int]:
    """Gives how many rows were counted and how many values opened; what is wrong is added to `problems`."""
    counted = 0
    for copy in chosen.databases:
        shutil.copyfile(copy, folder / copy.name)
        counted += _count(chosen, folder / copy.name, problems)
    opened = 0
    for path in sorted(folder.glob("*.sqlite")):
        if _has_schema(path):
            _bring_to_head(path, problems)
            opened += _open_samples(path, keyring, problems)
    return counted, opened


def _count(chosen: Backup, restored: Path, problems: list[str]) -> int:
    with closing(sqlite3.connect(restored)) as connection:
        rows = backup.count_rows(connection)
    expected = chosen.manifest.files[restored.name].rows if chosen.manifest else rows
    problems += [
        f"{restored.name}: {table} has {rows.get(table, 0)} rows, {count} were there when it was made"
        for table, count in expected.items()
        if rows.get(table, 0) != count
    ]
    return sum(rows.values())


def _has_schema(restored: Path) -> bool:
    with closing(sqlite3.connect(restored)) as connection:
        return "alembic_version" in backup.count_rows(connection)


def _bring_to_head(restored: Path, problems: list[str]) -> None:
    """As the next start would do."""
    try:
        schema.ensure(f"sqlite:///{restored}")
    except MisconfiguredError as error:
        problems.append(f"{restored.name}: {error.message}")


def _open_samples(restored: Path, keyring: Keyring, problems: list[str]) -> int:
    """The newest value of each sealed column."""
    opened = 0
    with closing(sqlite3.connect(restored)) as connection:
        for where, sealed in _samples(connection):
            try:
                keyring.open(sealed, where)
                opened += 1
            except UnreadableError as error:
                problems.append(f"{restored.name}: {error.message}")
    return opened


def _samples(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    for column in sealed_columns():
        (key,) = column.table.primary_key.columns
        statement = (
            f'SELECT "{key.name}", "{column.name}" FROM "{column.table.name}" '  # noqa: S608  (names of our own)
            f'WHERE "{column.name}" IS NOT NULL ORDER BY "{key.name}" DESC LIMIT 1'
        )
        try:
            row = connection.execute(statement).fetchone()
        except (
            sqlite3.OperationalError
        ):  # a newer release's schema, which is a problem told already
            continue
        if row is not None:
            yield place(column, row[0]), row[1]
