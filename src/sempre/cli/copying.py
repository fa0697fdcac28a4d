"""Makes, proves and restores backups of a home. Imported by `backup` only: the stores hang on it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sempre import clock, crypto
from sempre.app import stores
from sempre.audit import Trail
from sempre.backups import Kept
from sempre.crypto import Keyring
from sempre.db import Database, backup, drill, schema
from sempre.db.backup import Backup
from sempre.db.source import DrillNotHeldError
from sempre.errors import ConflictError, NotFoundError
from sempre.home import Home, Lock
from sempre.settings import BackupSettings, Settings, load, writing

_DAILY = str(BackupSettings.model_fields["every"].default)


def every(home: Home) -> Sequence[Kept]:
    """Newest first."""
    found = backup.every(home.backups)
    return [Kept(backup=each, drill=drill.last(each)) for each in found]


def create(home: Home) -> Kept:
    """Also while Sempre runs. Raises NotFoundError, UnavailableError, MisconfiguredError (DrillNotHeldError: it is made
    and not proven)."""
    settings = load(home.path)
    if not _has_data(home, settings):
        raise NotFoundError(
            f"There is nothing to back up in {home.path} yet. Name the home with --home."
        )
    keyring, source = _keyring(home), stores.source(home, settings)
    made = backup.create(
        home.backups, source.copy, "manual", audit_head=_audit_head(home, settings, keyring)
    )
    try:
        return Kept(backup=made, drill=drill.run(made, keyring, source))
    finally:
        backup.prune(home.backups, settings.backups.keep)


def choose(home: Home, name: str | None) -> Backup:
    """The newest if it is not named; what a restore laid aside is taken by name only. Raises NotFoundError."""
    if name:
        return backup.find(home.backups, name)
    for each in backup.every(home.backups):
        if each.reason != backup.LAID_ASIDE:
            return each
    raise NotFoundError("There is no backup yet. `sempre backup` makes one.")


def verify(home: Home, name: str | None) -> Kept:
    chosen = choose(home, name)
    source = stores.source(home, load(home.path))
    return Kept(backup=chosen, drill=drill.run(chosen, _keyring(home), source))


def restore(home: Home, chosen: Backup) -> tuple[Path | None, str | None]:
    """Where lies what stood there, and why it was not proven before. Only what a drill has just proven, unless the
    database does not allow one. Raises ConflictError when Sempre runs or the backup cannot be restored."""
    settings = load(home.path)
    lock = Lock(home)
    try:
        keyring, source = _keyring(home), stores.source(home, settings)
        unproven = None
        source.require_alone()  # before the drill, which may take long
        try:
            problems = drill.run(chosen, keyring, source).problems
        except (
            DrillNotHeldError
        ) as error:  # it is all or nothing there, and counted before it holds
            problems, unproven = [], error.message
        if problems:
            raise ConflictError(
                f"{chosen.name} cannot be restored: {problems[0]}. Nothing was changed. Take another one; "
                "`sempre backup list` shows them.",
                code="backup_broken",
            )
        return source.put_back(chosen, audit_head=_audit_head(home, settings, keyring)), unproven
    finally:
        lock.release()


def next_at(home: Home) -> tuple[BackupSettings, datetime | None]:
    """None: nothing is made by itself here."""
    settings = load(home.path)
    plan = settings.backups.plan(settings.server.zone)
    return settings.backups, plan and plan.following(clock.now())


def set_schedule(home: Home, *, every: str | None, keep: int | None) -> None:
    """In sempre.toml, which a Sempre that runs reads anew. Raises RefusedError, ConflictError, MisconfiguredError."""
    given = {"every": _DAILY if every == "daily" else every, "keep": keep}
    writing.put(home.path, "backups", {name: it for name, it in given.items() if it is not None})


def _has_data(home: Home, settings: Settings) -> bool:
    """Before anything is made in a folder that may be no home."""
    if not home.state.is_dir():
        return False
    return stores.source(home, settings).is_there()


def _keyring(home: Home) -> Keyring:
    return crypto.load(home.key, data_exists=True)


def _audit_head(home: Home, settings: Settings, keyring: Keyring) -> str | None:
    """None where there is no trail of this release's form."""
    url = stores.address(home, settings)
    if not settings.database.url and not home.database.exists():
        return None
    return asyncio.run(_head(url, keyring)) if schema.revision(url) == schema.HEAD else None


async def _head(url: str, keyring: Keyring) -> str | None:
    db = Database(url)
    try:
        head = await Trail(db, keyring).head()
    finally:
        await db.close()
    return f"{head.sequence}:{head.mac}"
