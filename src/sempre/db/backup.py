"""Backups as they lie in their folder: made whole or not at all, listed, checked by their hashes, the oldest removed.
The key that opens what is sealed in them is never part of one."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sempre import __version__, atomic, clock
from sempre.db import manifest
from sempre.db.interruption import Interruption
from sempre.db.manifest import Copy, Manifest
from sempre.errors import NotFoundError, UnavailableError
from sempre.home import hold

LAID_ASIDE = "before-restore"  # the reason of what stood where one was put back, on Postgres
_FORM = "%Y%m%dT%H%M%S.%fZ"
_UNFINISHED = ".unfinished"
_COPIES = frozenset({".sqlite", ".dump"})
Copying = Callable[[Path, Interruption], Mapping[str, Copy]]
_PAUSE = 0.2  # seconds between two looks whether another process has finished its own


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A folder with one copy of each database. `bytes` is what they take; one of an older release has no manifest."""

    name: str
    path: Path
    made_at: datetime
    bytes: int
    manifest: Manifest | None

    @property
    def reason(self) -> str:
        return self.name.partition("-")[2]

    @property
    def databases(self) -> Sequence[Path]:
        return _copies(self.path)


def create(
    folder: Path,
    copy: Copying,
    reason: str,
    *,
    audit_head: str | None = None,
    stop: Interruption | None = None,
) -> Backup:
    """`copy` puts a copy of what is there into a folder; a crash leaves no half backup that looks whole. Blocks. Raises UnavailableError,
    MisconfiguredError."""
    stop = stop or Interruption()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder, stop):
            return _read(_create(folder, copy, reason, audit_head, stop))
    except OSError as error:
        raise UnavailableError(
            f"The backup in {folder} failed: {error}. Free disk space, then make it again."
        ) from error


def _create(
    folder: Path, copy: Copying, reason: str, audit_head: str | None, stop: Interruption
) -> Path:
    for left in folder.glob(f"*{_UNFINISHED}"):  # by a crash
        shutil.rmtree(left, ignore_errors=True)
    made_at = clock.now()
    name = f"{made_at.strftime(_FORM)}-{reason}"
    aside, path = folder / f"{name}{_UNFINISHED}", folder / name
    aside.mkdir(mode=0o700)
    try:
        copies = copy(aside, stop)
        made = Manifest(
            version=__version__,
            made_at=made_at,
            reason=reason,
            files=copies,
            audit_head=audit_head,
        )
        manifest.store(aside, made)
        atomic.sync_folder(aside)
        aside.rename(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)  # what was made whole has its own name by now
    atomic.sync_folder(folder)
    return path


def every(folder: Path) -> list[Backup]:
    """Newest first."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.is_dir() and path.suffix != _UNFINISHED]
    return [_read(path) for path in sorted(found, reverse=True) if _stamp(path) is not None]


def find(folder: Path, name: str) -> Backup:
    """Raises NotFoundError."""
    for backup in every(folder):
        if backup.name == name:
            return backup
    raise NotFoundError(
        f"There is no backup {name}. `sempre backup list` shows those there are.",
        code="backup_not_found",
    )


def verify(backup: Backup) -> list[str]:
    """What is wrong with it by its manifest; empty when it is as it was written. Blocks."""
    problems = list(_differences(backup))
    if not backup.databases:
        problems.append(f"{backup.path} holds no database")
    return problems


def prune(folder: Path, keep: int) -> int:
    """Remove the oldest beyond `keep`; gives how many went."""
    old = every(folder)[keep:]
    for backup in old:
        shutil.rmtree(backup.path)
    return len(old)


def _differences(backup: Backup) -> Iterable[str]:
    if backup.manifest is None:
        return
    for name, copy in backup.manifest.files.items():
        path = backup.path / name
        if not path.is_file():
            yield f"{name} is missing"
        elif manifest.hash_of(path) != copy.sha256:
            yield f"{name} is not what was written: its hash differs"


def _copies(path: Path) -> Sequence[Path]:
    return sorted(each for each in path.iterdir() if each.suffix in _COPIES)


@contextmanager
def _alone(folder: Path, stop: Interruption) -> Iterator[None]:
    """The server and the command line may both want one: the second waits, since it clears what seems half made."""
    with folder.with_suffix(".lock").open("a") as file:
        while not _held(file):
            stop.look()
            time.sleep(_PAUSE)
        yield


def _held(file: IO[str]) -> bool:
    try:
        hold(file)
    except OSError:
        return False
    return True


def _read(path: Path) -> Backup:
    return Backup(
        name=path.name,
        path=path,
        made_at=_stamp(path) or clock.now(),
        bytes=sum(file.stat().st_size for file in _copies(path)),
        manifest=manifest.read(path),
    )


def _stamp(path: Path) -> datetime | None:
    """None for a folder that is no backup."""
    try:
        return datetime.strptime(f"{path.name.split('-', 1)[0]}+0000", f"{_FORM}%z")
    except ValueError:
        return None
