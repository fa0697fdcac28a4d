"""The databases: whether they are whole, of this release, and open with this key."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sempre import clock
from sempre.app import stores
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.cli.wording import duration, size
from sempre.db import backup, drill, restore, schema
from sempre.db.backup import Backup
from sempre.settings.care import OFF

_QUICK = 300_000_000  # bytes that are checked in some seconds


def database(examined: Examined) -> Iterator[Finding]:
    if not examined.has_data:
        yield note("database", "There is none yet; the first `sempre up` makes it.")
        return
    where = "Postgres" if examined.settings.database.url else str(examined.home.database)
    try:
        found = schema.revision(address(examined))
    except Exception as error:  # noqa: BLE001  (an edge: every driver has errors of its own)
        yield problem(
            "database",
            f"{where} does not answer: {type(error).__name__}.",
            "Check that it runs, and database.url.",
        )
        return
    if found is None:
        yield note("database", f"{where} is empty; the next `sempre up` fills it.")
    elif found < schema.HEAD:
        yield note(
            "database",
            f"{where} has schema {found}; the next `sempre up` brings it to {schema.HEAD}.",
        )
    elif found > schema.HEAD:
        yield problem(
            "database",
            f"{where} has schema {found}; this release knows {schema.HEAD}.",
            "Install the newer release again, or restore the backup made before the upgrade.",
        )
    else:
        yield ok("database", f"{where} has this release's schema ({found}).")


def files(examined: Examined) -> Iterator[Finding]:
    for path in (examined.home.database, examined.home.engine_database):
        if not path.exists():
            continue
        bytes_ = path.stat().st_size
        if bytes_ > _QUICK:
            said = f"{path.name} has {size(bytes_)}; that was not checked here."
            yield note("files", said, "`sempre backup` makes a copy and checks it in full.")
            continue
        said = _integrity(path)
        if said == "ok":
            yield ok("files", f"{path.name} is whole ({size(bytes_)}).")
        else:
            yield problem("files", f"{path.name} is damaged: {said}", "Restore the newest backup.")


def backups(examined: Examined) -> Iterator[Finding]:
    if not examined.has_data:
        return
    if restore.is_unfinished(examined.home.state):
        yield problem("backups", "A restore was broken off.", "`sempre up` finishes it.")
    yield from _obstacle(examined)
    found = backup.every(examined.home.backups)
    if not found:
        yield note("backups", "There is no backup yet.", "`sempre backup` makes one.")
        return
    if examined.settings.backups.every == OFF:
        yield note(
            "backups",
            "None comes by itself: `backups.every` is off.",
            "`sempre backup schedule --every daily` switches them on.",
        )
    yield _newest(examined, found)


def _obstacle(examined: Examined) -> Iterator[Finding]:
    """What keeps backups from being made or proven: a problem, unless none is wanted."""
    if not examined.home.state.is_dir():
        return
    found = stores.source(examined.home, examined.settings).obstacle()
    if found is not None:
        said = found.message.removesuffix(found.remedy).strip()
        wanted = examined.settings.backups.every != OFF
        yield (problem if wanted else warning)("backups", said, found.remedy)


def _newest(examined: Examined, found: Sequence[Backup]) -> Finding:
    newest, said = found[0], drill.last(found[0])
    age = duration(clock.now() - newest.made_at)
    if said is not None and not said.passed:
        return problem(
            "backups",
            f"The newest backup cannot be restored: {said.problems[0]}.",
            "`sempre backup` makes another and proves it.",
        )
    if _is_late(examined, newest.made_at):
        told = f"The newest backup is {age} old; one was due since."
        return warning(
            "backups", told, "Sempre makes them while it runs; `sempre backup` makes one now."
        )
    proven = "not proven yet" if said is None else "proven by a restore drill"
    return ok("backups", f"{len(found)} kept; the newest is {age} old, {proven}.")


def _is_late(examined: Examined, made_at: datetime) -> bool:
    settings = examined.settings
    plan = settings.backups.plan(settings.server.zone)
    grace = timedelta(minutes=settings.alerts.backup_grace_minutes)
    return plan is not None and made_at < plan.previous(clock.now() - grace)


def address(examined: Examined) -> str:
    return examined.settings.database.url or f"sqlite:///{examined.home.database}"


def _integrity(path: Path) -> str:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        return str(error)
