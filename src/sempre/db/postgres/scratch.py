"""A database that exists as long as a drill: made beside the one that was copied, with its encoding and sorting, and
dropped afterwards. What a killed drill left is dropped by the next of the same node."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from sempre.db import schema
from sempre.db.postgres.access import Access
from sempre.db.postgres.parts import quoted
from sempre.db.source import DrillNotHeldError

_FORM = sa.text(
    "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
    " WHERE datname = current_database()"
)
_MAY_CREATE = sa.text(
    "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
)
_NAMED_SO = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")


def require_right(connection: sa.Connection) -> None:
    """Raises DrillNotHeldError when this role may not make databases."""
    role, may = connection.execute(_MAY_CREATE).one()
    if not may:
        raise DrillNotHeldError(
            f"No restore drill can be held: the role {role} may not create databases, and a backup is proven by "
            "restoring it into one of its own.",
            remedy=f"Let an administrator say `ALTER ROLE {quoted(role)} CREATEDB` on that server.",
        )


@contextmanager
def scratch(access: Access, *, node: str) -> Iterator[Access]:
    """Empty, until the block ends. Raises DrillNotHeldError; SQLAlchemy's errors."""
    prefix = f"sempre_drill_{node.replace('-', '')[-12:]}_"
    name = f"{prefix}{secrets.token_hex(4)}"
    with schema.connected(access.url, isolation_level="AUTOCOMMIT") as connection:
        require_right(connection)
        for left in connection.execute(_NAMED_SO, {"prefix": prefix}).scalars().all():
            _drop(connection, left)
        _create(connection, name)
    try:
        yield access.to(name)
    finally:
        with schema.connected(access.url, isolation_level="AUTOCOMMIT") as connection:
            _drop(connection, name)


def _create(connection: sa.Connection, name: str) -> None:
    encoding, collate, ctype = (
        str(each).replace("'", "''") for each in connection.execute(_FORM).one()
    )
    connection.exec_driver_sql(
        f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING '{encoding}'"
        f" LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
    )


def _drop(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
