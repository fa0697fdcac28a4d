"""The database of a home, made or brought to this release's schema, and the keys that open it."""

from collections.abc import Callable

import structlog

from sempre import crypto
from sempre.crypto import Keyring
from sempre.db import Database, backup, restore, schema
from sempre.db.files import Files
from sempre.db.source import Source
from sempre.errors import MisconfiguredError
from sempre.home import Home
from sempre.settings import Settings

_log = structlog.stdlib.get_logger(__name__)


def address(home: Home, settings: Settings) -> str:
    return settings.database.url or f"sqlite:///{home.database}"


def engine_address(home: Home, settings: Settings) -> str:
    """The engine has a file of its own; on Postgres a schema of its own."""
    return settings.database.url or f"sqlite:///{home.engine_database}"


def source(home: Home, settings: Settings, pg_bin: Callable[[], str] | None = None) -> Source:
    """What backups of this home are made of. `pg_bin` gives that setting as it is now."""
    url = address(home, settings)
    if not url.startswith("postgresql"):
        # The engine's first: what it does not know yet is given to it again, what it knew too early it could not find.
        return Files(home.state, [home.engine_database, home.database])
    from sempre.db.postgres import Postgres  # its driver takes long to load, and most have none

    return Postgres(
        url,
        state=home.state,
        backups=home.backups,
        node=home.node(),
        pg_bin=pg_bin or (lambda: settings.backups.pg_bin),
        dead_after=settings.engine.dead_after_seconds,
    )


def prepare(home: Home, settings: Settings) -> tuple[Keyring, Database]:
    """Blocks. Raises MisconfiguredError when there is data and no key, or a newer release's schema."""
    home.make()
    if aside := restore.finish(home.state):
        _log.warning("stores.restored", laid_aside=str(aside))
    url = address(home, settings)
    keyring = crypto.load(home.key, data_exists=schema.revision(url) is not None)
    schema.ensure(url, before=lambda old: keep(home, settings, f"schema-{old}"))
    return keyring, Database(url)


def keep(home: Home, settings: Settings, reason: str) -> None:
    """A copy before something that cannot be undone. Raises UnavailableError, MisconfiguredError: then it is not done."""
    if not settings.backups.before_changes:
        _log.warning("stores.no_copy", reason=reason, setting="backups.before_changes")
        return
    try:
        backup.create(home.backups, source(home, settings).copy, reason)
    except MisconfiguredError as error:
        raise MisconfiguredError(
            f"The database was not changed, since no copy of it could be made first ({reason}). "
            f"{error.message.removesuffix(error.remedy).strip()}",
            remedy=f"{error.remedy} To go without a copy, for this once: SEMPRE_BACKUPS__BEFORE_CHANGES=false.",
            code=error.code,
        ) from error
