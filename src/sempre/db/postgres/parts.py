"""What is Sempre's in a Postgres: its tables where the application finds them, and the engine's schema. What others keep
beside them is neither copied nor touched."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from sempre.db import schema
from sempre.db.tables import metadata

# Tables of earlier releases that this one no longer has; their backups still hold them.
RETIRED: frozenset[str] = frozenset()
TABLES = frozenset({*metadata.tables, "alembic_version"}) | RETIRED
APPLICATION, ENGINE = "sempre.dump", "engine.dump"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one file of a backup holds: these tables of that schema. `choice` says the same to pg_dump."""

    file: str
    namespace: str
    tables: Sequence[str]
    choice: Sequence[str]


def found(connection: sa.Connection) -> Sequence[Part]:
    """Those that stand there, with one table at least."""
    inspector = sa.inspect(connection)
    namespace = application_schema(connection)
    ours = sorted(TABLES.intersection(inspector.get_table_names(schema=namespace)))
    parts = [
        Part(
            file=APPLICATION,
            namespace=namespace,
            tables=ours,
            choice=[f"--table={quoted(namespace)}.{quoted(name)}" for name in ours],
        )
    ]
    if inspector.has_schema(schema.ENGINE):
        parts.append(
            Part(
                file=ENGINE,
                namespace=schema.ENGINE,
                tables=sorted(inspector.get_table_names(schema=schema.ENGINE)),
                choice=[f"--schema={quoted(schema.ENGINE)}"],
            )
        )
    return [each for each in parts if each.tables]


def application_schema(connection: sa.Connection) -> str:
    """Where the application's tables stand, or would be made."""
    stands = sa.text(
        "SELECT coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = to_regclass('alembic_version')), current_schema(), 'public')"
    )
    return str(connection.execute(stands).scalar_one())


def quoted(name: str) -> str:
    """For SQL, and for the patterns of pg_dump."""
    return '"' + name.replace('"', '""') + '"'
