"""Makes, proves and restores backups of a home. Imported by `backup` only: the stores hang on it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sempre import clock, crypto
from sempre.app import stores
from sempre.audit import Trail
from sempre.backups import ELSEWHERE, Kept
from sempre.crypto import Keyring
from sempre.db import Database, backup, drill, schema
from sempre.db import restore as restoring
from sempre.db.backup import Backup
from sempre.errors import ConflictError, NotFoundError, RefusedError
from sempre.home import Home, Lock
from sempre.settings import BackupSettings, Settings, load, writing

_DAILY = str(BackupSettings.model_fields["every"].default)


def every(home: Home) -> Sequence[Kept]:
    """Newest first."""
    found = backup.every(home.backups)
    return [Kept(backup=each, drill=drill.last(each)) for each in found]


def create(home: Home) -> Kept:
    """Also while Sempre runs. Raises RefusedError, NotFoundError, UnavailableError."""
    settings = load(home.path)
    databases = [each for each in _databases(home, settings) if each.exists()]
    if not databases:
        raise NotFoundError(
            f"There is nothing to back up in {home.path} yet. Name the home with --home."
        )
    keyring = _keyring(home)
    head = asyncio.run(_audit_head(home, keyring))
    made = backup.create(home.backups, databases, "manual", audit_head=head)
    proven = Kept(backup=made, drill=drill.run(made, keyring, home.state))
    backup.prune(home.backups, settings.backups.keep)
    return proven


def choose(home: Home, name: str | None) -> Backup:
    """The newest if it is not named. Raises NotFoundError."""
    if name:
        return backup.find(home.backups, name)
    found = backup.every(home.backups)
    if not found:
        raise NotFoundError("There is no backup yet. `sempre backup` makes one.")
    return found[0]


def verify(home: Home, name: str | None) -> Kept:
    chosen = choose(home, name)
    return Kept(backup=chosen, drill=drill.run(chosen, _keyring(home), home.state))


def restore(home: Home, chosen: Backup) -> Path:
    """Only what a drill has just proven. Raises ConflictError when Sempre runs or the backup cannot be restored."""
    databases = _databases(home, load(home.path))
    lock = Lock(home)
    try:
        if problems := drill.run(chosen, _keyring(home), home.state).problems:
            raise ConflictError(
                f"{chosen.name} cannot be restored: {problems[0]}. Nothing was changed. Take another one; "
                "`sempre backup list` shows them.",
                code="backup_broken",
            )
        return restoring.restore(home.state, chosen, databases)
    finally:
        lock.release()


def next_at(home: Home) -> tuple[BackupSettings, datetime | None]:
    """None: nothing is made by itself here."""
    settings = load(home.path)
    plan = None if settings.database.url else settings.backups.plan(settings.server.zone)
    return settings.backups, plan and plan.following(clock.now())


def set_schedule(home: Home, *, every: str | None, keep: int | None) -> None:
    """In sempre.toml, which a Sempre that runs reads anew. Raises RefusedError, ConflictError, MisconfiguredError."""
    if load(home.path).database.url:
        raise RefusedError(ELSEWHERE, code="not_embedded")
    given = {"every": _DAILY if every == "daily" else every, "keep": keep}
    writing.put(home.path, "backups", {name: it for name, it in given.items() if it is not None})


def _databases(home: Home, settings: Settings) -> list[Path]:
    databases = stores.files(home, stores.address(home, settings))
    if not databases:
        raise RefusedError(ELSEWHERE, code="not_embedded")
    return databases


def _keyring(home: Home) -> Keyring:
    return crypto.load(home.key, data_exists=True)


async def _audit_head(home: Home, keyring: Keyring) -> str | None:
    url = f"sqlite:///{home.database}"
    if not home.database.exists() or schema.revision(url) != schema.HEAD:
        return None
    db = Database(url)
    try:
        head = await Trail(db, keyring).head()
    finally:
        await db.close()
    return f"{head.sequence}:{head.mac}"
