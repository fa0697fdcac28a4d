"""A restore drill: a backup is restored aside, brought to this release's schema, opened with the key and counted. What it
says is kept beside the backup. The home itself is not touched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from sempre import atomic, clock
from sempre.crypto import Keyring, UnreadableError
from sempre.db import backup, schema
from sempre.db.backup import Backup
from sempre.db.interruption import Interruption
from sempre.db.rotation import sealed_columns
from sempre.db.sealed import place
from sempre.db.source import NotRestoredError, Restored, Source
from sempre.errors import MisconfiguredError, RefusedError, UnavailableError

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


@dataclass
class _Found:
    problems: list[str]
    rows: int = 0
    opened: int = 0


def run(
    chosen: Backup, keyring: Keyring, source: Source, stop: Interruption | None = None
) -> Drill:
    """Restore it aside, look, and keep what was found. Blocks. Raises RefusedError when it is of another kind of
    database, UnavailableError, MisconfiguredError (DrillNotHeldError: a right is missing)."""
    begun, stop = clock.ticks(), stop or Interruption()
    _require_kind(chosen, source)
    found = _Found(backup.verify(chosen) or list(source.check(chosen)))
    if not found.problems:
        try:
            with source.restored(chosen, stop) as restored:
                _look(chosen, keyring, restored, found)
        except NotRestoredError as error:
            found.problems.append(f"it could not be restored: {error.message}")
        except OSError as error:
            raise UnavailableError(
                f"The restore drill of {chosen.name} had no room: {error}. Free disk space, then try again."
            ) from error
    drill = Drill(
        at=clock.now(),
        problems=found.problems,
        rows=found.rows,
        opened=found.opened,
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


def _require_kind(chosen: Backup, source: Source) -> None:
    others = [each.name for each in chosen.databases if each.suffix != source.suffix]
    if others:
        kinds = ("SQLite", "Postgres") if source.suffix == ".dump" else ("Postgres", "SQLite")
        raise RefusedError(
            f"{chosen.name} is of {kinds[0]}, and this home's database is {kinds[1]}. Set database.url as it was "
            "when the backup was made, then try again.",
            code="another_database",
        )


def _look(chosen: Backup, keyring: Keyring, restored: Sequence[Restored], found: _Found) -> None:
    with_schema: list[Restored] = []
    for each in restored:
        rows = _count(each)
        found.rows += sum(rows.values())
        found.problems += _differences(chosen, each, rows)
        if "alembic_version" in rows:
            with_schema.append(each)
    for each in with_schema:
        _bring_to_head(each, found)
        _open_samples(each, keyring, found)


def _count(restored: Restored) -> dict[str, int]:
    """How many rows each of its tables has."""
    with schema.connected(restored.url) as connection:
        names = sa.inspect(connection).get_table_names(schema=restored.namespace)
        tables = [sa.table(name, schema=restored.namespace) for name in sorted(names)]
        counted = [sa.select(sa.func.count()).select_from(each) for each in tables]
        return {
            table.name: connection.execute(count).scalar_one()
            for table, count in zip(tables, counted, strict=True)
        }


def _differences(chosen: Backup, restored: Restored, rows: dict[str, int]) -> Iterator[str]:
    expected = chosen.manifest.files[restored.name].rows if chosen.manifest else rows
    for table, count in expected.items():
        if rows.get(table, 0) != count:
            yield (
                f"{restored.name}: {table} has {rows.get(table, 0)} rows, "
                f"{count} were there when it was made"
            )


def _bring_to_head(restored: Restored, found: _Found) -> None:
    """As the next start would do."""
    try:
        schema.ensure(restored.url)
    except MisconfiguredError as error:
        found.problems.append(f"{restored.name}: {error.message}")


def _open_samples(restored: Restored, keyring: Keyring, found: _Found) -> None:
    """The newest value of each sealed column."""
    with schema.connected(restored.url) as connection:
        for where, sealed in _samples(connection):
            try:
                keyring.open(sealed, where)
                found.opened += 1
            except UnreadableError as error:
                found.problems.append(f"{restored.name}: {error.message}")


def _samples(connection: sa.Connection) -> Iterator[tuple[str, bytes]]:
    for column in sealed_columns():
        (key,) = column.table.primary_key.columns
        newest = sa.select(key, column).where(column.is_not(None)).order_by(key.desc()).limit(1)
        try:
            with connection.begin_nested():
                row = connection.execute(newest).first()
        except DBAPIError:  # a newer release's schema, which is a problem told already
            continue
        if row is not None:
            yield place(column, row[0]), row[1]
