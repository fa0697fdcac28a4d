"""Puts a backup in the place of a home's databases. What stood there is laid aside, never deleted.

A crash leaves the old or the new: everything is copied first, then the intent is written down, and from there on
whoever comes next finishes it. Nobody may have the databases open meanwhile.
"""

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sempre import atomic, clock, crash
from sempre.db.backup import Backup
from sempre.errors import UnavailableError

_INTENT = "restore.json"
_STAGED = "restoring"
_ASIDE = "laid-aside"
_FORM = "%Y%m%dT%H%M%S.%fZ"
_COMPANIONS = ("", "-wal", "-shm")


class _Intent(msgspec.Struct, frozen=True):
    """What is put in, and where what stands there goes; both are names below the state folder."""

    backup: str
    aside: str
    files: Sequence[str]
    replaced: Sequence[str]


def restore(state: Path, chosen: Backup, databases: Sequence[Path]) -> Path:
    """Gives the folder in which the databases that stood there lie now. Blocks. Raises UnavailableError."""
    finish(state)
    staged = state / _STAGED
    intent = _Intent(
        backup=chosen.name,
        aside=f"{_ASIDE}/{clock.now().strftime(_FORM)}",
        files=[each.name for each in chosen.databases],
        replaced=[each.name for each in databases],
    )
    try:
        staged.mkdir(mode=0o700)
        for copy in chosen.databases:
            shutil.copyfile(copy, staged / copy.name)
            (staged / copy.name).chmod(0o600)
            atomic.sync(staged / copy.name)
        atomic.sync_folder(staged)
        crash.point("restore.staged")
        atomic.write(state / _INTENT, msgspec.json.encode(intent), replace=True)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise UnavailableError(
            f"{chosen.name} could not be copied into {state}: {error}. Free disk space, then restore it again; "
            "nothing was changed."
        ) from error
    atomic.sync_folder(state)
    crash.point("restore.intended")
    return finish(state) or state / intent.aside


def finish(state: Path) -> Path | None:
    """Finish what was intended before a crash; gives where the old lies, None where there was nothing to do.

    Before the databases are opened, always: half of each must never meet.
    """
    intent = _read(state)
    if intent is None:
        shutil.rmtree(state / _STAGED, ignore_errors=True)  # copied, but not intended
        return None
    aside = state / intent.aside
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in dict.fromkeys([*intent.replaced, *intent.files]):
        _exchange(state, aside, name, comes=name in intent.files)
    atomic.sync_folder(aside)
    atomic.sync_folder(state)
    crash.point("restore.exchanged")
    (state / _INTENT).unlink()
    atomic.sync_folder(state)
    shutil.rmtree(state / _STAGED, ignore_errors=True)
    return aside


def is_unfinished(state: Path) -> bool:
    """A restore was broken off and waits for the next start."""
    return (state / _INTENT).exists()


def _exchange(state: Path, aside: Path, name: str, *, comes: bool) -> None:
    """As long as the new one lies staged, what stands in its place is the old one."""
    staged = state / _STAGED / name
    if comes and not staged.exists():
        return  # done before the crash
    for companion in _COMPANIONS:
        old = state / f"{name}{companion}"
        if old.exists():
            old.rename(aside / old.name)
            crash.point("restore.aside")
    if comes:
        staged.rename(state / name)
        crash.point("restore.in_place")


def _read(state: Path) -> _Intent | None:
    try:
        return msgspec.json.decode((state / _INTENT).read_bytes(), type=_Intent)
    except FileNotFoundError:
        return None
