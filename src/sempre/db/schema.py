"""Brings the database to the schema of this release. Alembic is loaded only when there is something to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from sempre.db.database import Database
from sempre.errors import MisconfiguredError

HEAD = "0005"  # the newest file in migrations/versions; a test compares them
ENGINE = "engine"  # the engine's schema on Postgres; on SQLite it has a file of its own
_MIGRATION_LOCK = 7260  # any constant of this application, for Postgres' advisory locks


def ensure(url: str, *, before: Callable[[str], object] = lambda _from: None) -> str | None:
    """Migrate to HEAD if need be; gives the revision it came from, or None when it was at HEAD.

    `before` is called with the old revision when there is data to lose, for a snapshot. Blocks: run it before
    the loop starts or in a thread. Raises MisconfiguredError when a newer release wrote this database.
    """
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            found = _revision(connection)
            if found == HEAD:
                return None
            if found is not None and found > HEAD:
                raise MisconfiguredError(
                    f"The database has schema {found}; this release knows {HEAD}.",
                    remedy="Start the newer release again, or restore the backup made before the upgrade.",
                )
        if found is not None:
            before(found)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            _upgrade(connection)
        return found or "nothing"
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """The schema that stands there; None when there is no data yet. Blocks."""
    with connected(url) as connection:
        return _revision(connection)


@contextmanager
def connected(url: str, **options: str) -> Iterator[sa.Connection]:
    """A connection of its own, closed with the block; `options` are SQLAlchemy's. Blocks."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(**options)
    finally:
        engine.dispose()


async def at_head(db: Database) -> bool:
    """Whether the database has this release's schema now; another node may have brought it further."""
    async with db.reading() as session:
        found = await session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found == HEAD


def _engine(url: str) -> sa.Engine:
    address = sa.make_url(url)
    if url.startswith("postgresql"):
        return sa.create_engine(address.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    Path(address.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sa.create_engine(address, poolclass=sa.NullPool)


def _revision(connection: sa.Connection) -> str | None:
    try:
        with connection.begin():
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:  # no such table: a new database
        return None


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
