"""The database of a home, made or brought to this release's schema, and the keys that open it."""

from pathlib import Path

import structlog

from sempre import crypto
from sempre.crypto import Keyring
from sempre.db import Database, backup, restore, schema
from sempre.home import Home
from sempre.settings import Settings

_log = structlog.stdlib.get_logger(__name__)


def address(home: Home, settings: Settings) -> str:
    return settings.database.url or f"sqlite:///{home.database}"


def engine_address(home: Home, settings: Settings) -> str:
    """The engine has a file of its own; on Postgres a schema of its own."""
    return settings.database.url or f"sqlite:///{home.engine_database}"


def files(home: Home, url: str) -> list[Path]:
    """The embedded databases of a home; none on Postgres, which has backups of its own."""
    # The engine's first: what it does not know yet is given to it again, what it knew too early it could not find.
    return [] if url.startswith("postgresql") else [home.engine_database, home.database]


def prepare(home: Home, settings: Settings) -> tuple[Keyring, Database]:
    """Blocks. Raises MisconfiguredError when there is data and no key, or a newer release's schema."""
    home.make()
    if aside := restore.finish(home.state):
        _log.warning("stores.restored", laid_aside=str(aside))
    url = address(home, settings)
    keyring = crypto.load(home.key, data_exists=schema.revision(url) is not None)
    schema.ensure(url, before=lambda old: _snapshot(home, url, old))
    return keyring, Database(url)


def _snapshot(home: Home, url: str, old: str) -> None:
    """Before every migration. Postgres migrates in one transaction, and has backups of its own."""
    if databases := files(home, url):
        backup.create(home.backups, databases, f"schema-{old}")
    else:
        _log.warning(
            "stores.no_snapshot", schema=old, remedy="Keep a pg_dump from before an upgrade."
        )
