"""One moment of a Postgres in files: all parts are dumped from one exported snapshot, in which their rows are counted
too, while others go on writing."""

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from sempre import atomic
from sempre.db import manifest, schema
from sempre.db.interruption import Interruption
from sempre.db.manifest import Copy
from sempre.db.postgres import children, parts
from sempre.db.postgres.access import Access
from sempre.db.postgres.parts import Part
from sempre.db.postgres.programs import Programs

_LOCK_MILLISECONDS = 60_000  # a migration that runs on another node holds its tables


def dump(
    access: Access, programs: Programs, folder: Path, stop: Interruption
) -> Mapping[str, Copy]:
    """Raises UnavailableError, OSError; SQLAlchemy's errors."""
    copies: dict[str, Copy] = {}
    with (
        schema.connected(access.url, isolation_level="REPEATABLE READ") as connection,
        access.environment() as environment,
    ):
        # A slow dump leaves this transaction idle, which is what holds the snapshot.
        connection.execute(sa.text("SET idle_in_transaction_session_timeout = 0"))
        connection.execute(sa.text("SET statement_timeout = 0"))
        snapshot = str(connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one())
        for part in parts.found(connection):
            to = folder / part.file
            command = [
                *(programs.pg_dump, "--format=custom", "--no-password", f"--file={to}"),
                *(f"--snapshot={snapshot}", f"--lock-wait-timeout={_LOCK_MILLISECONDS}"),
                *("--strict-names", *part.choice, f"--dbname={access.conninfo}"),
            ]
            children.run(command, environment, stop)
            atomic.sync(to)
            copies[part.file] = _copy(connection, part, to, stop)
    return copies


def _copy(connection: sa.Connection, part: Part, file: Path, stop: Interruption) -> Copy:
    rows: dict[str, int] = {}
    for name in part.tables:
        stop.look()
        table = sa.table(name, schema=part.namespace)
        count = sa.select(sa.func.count()).select_from(table)
        rows[name] = connection.execute(count).scalar_one()
    return Copy(
        bytes=file.stat().st_size,
        sha256=manifest.hash_of(file),
        schema=_revision(connection, part),
        rows=rows,
        namespace=part.namespace,
    )


def _revision(connection: sa.Connection, part: Part) -> str | None:
    if part.file != parts.APPLICATION or "alembic_version" not in part.tables:
        return None
    table = sa.table("alembic_version", sa.column("version_num"), schema=part.namespace)
    return connection.execute(sa.select(table.c.version_num)).scalar()
