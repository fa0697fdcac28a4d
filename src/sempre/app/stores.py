"""The database of a home, made or brought to this release's schema, and the keys that open it."""

from pathlib import Path

from sempre import crypto
from sempre.crypto import Keyring
from sempre.db import Database, backup, schema
from sempre.home import Home
from sempre.settings import Settings


def address(home: Home, settings: Settings) -> str:
    return settings.database.url or f"sqlite:///{home.database}"


def engine_address(home: Home, settings: Settings) -> str:
    """The engine has a file of its own; on Postgres a schema of its own."""
    return settings.database.url or f"sqlite:///{home.engine_database}"


def files(home: Home, url: str) -> list[Path]:
    """The embedded databases of a home; none on Postgres, which has backups of its own."""
    return [] if url.startswith("postgresql") else [home.database, home.engine_database]


def prepare(home: Home, settings: Settings) -> tuple[Keyring, Database]:
    """Blocks. Raises MisconfiguredError when there is data and no key, or a newer release's schema."""
    home.make()
    url = address(home, settings)
    keyring = crypto.load(home.key, data_exists=schema.revision(url) is not None)
    schema.ensure(
        url, before=lambda old: backup.create(home.backups, files(home, url), f"schema-{old}")
    )
    return keyring, Database(url)
