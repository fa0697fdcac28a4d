"""The queue of a home as files, for when nobody runs that could be asked: its workers, and one more prompt."""

import os
from collections.abc import Mapping
from pathlib import Path

from sempre.errors import InvalidError, NotFoundError, UnavailableError
from sempre.home import Home
from sempre.ids import new_id

WORKER_NAMES = "A worker's name has up to 64 letters (a-z, A-Z), digits, '-', '_' and '.', and does not start with a dot."
_SUFFIX = ".prompt"


def folders(home: Home) -> list[str]:
    """The workers that have a folder."""
    queue = home.path / ".queue"
    try:
        return sorted(
            each.name for each in queue.iterdir() if each.is_dir() and not each.name.startswith(".")
        )
    except OSError:
        return []


def waiting(home: Home) -> Mapping[str, int]:
    """How many prompt files lie there, by worker; those without any are left out."""
    counted = {
        name: sum(
            1 for each in (home.path / ".queue" / name).glob(f"*{_SUFFIX}") if each.name[0] != "."
        )
        for name in folders(home)
    }
    return {name: count for name, count in counted.items() if count}


def drop(home: Home, worker: str, text: str, *, new: bool) -> Path:
    """Lay a prompt into the worker's folder: whole or not at all. Raises NotFoundError, InvalidError."""
    from sempre.settings import load  # slow to import, and needed on this way only

    limit = load(home.path).files.max_prompt_bytes
    if len(text.encode()) > limit:
        raise InvalidError(
            f"The prompt has {len(text.encode())} bytes; at most {limit} are allowed. Make it shorter, let it "
            "name a file for the worker to read, or raise files.max_prompt_bytes."
        )
    if new:
        make_worker(home, worker)
    if worker not in folders(home):
        raise unknown_worker(worker, folders(home))
    return _lay(home.path / ".queue" / worker, text)


def make_worker(home: Home, worker: str) -> None:
    """A folder is all that a worker needs. Raises InvalidError, UnavailableError."""
    if not is_worker_name(worker):
        raise InvalidError(WORKER_NAMES)
    folder = home.path / ".queue" / worker
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def is_worker_name(name: str) -> bool:
    import re

    from sempre.settings import WORKER_NAME  # slow to import, and needed on this way only

    return re.fullmatch(WORKER_NAME, name) is not None


def unknown_worker(worker: str, known: list[str]) -> NotFoundError:
    there = f"There are {', '.join(known)}." if known else "There is none yet."
    return NotFoundError(
        f"There is no worker {worker}. {there} --new makes it.", code="worker_not_found"
    )


def _lay(folder: Path, text: str) -> Path:
    """Under a hidden name first: a prompt counts from the moment it gets its own."""
    path = folder / f"send-{new_id()}{_SUFFIX}"
    aside = folder / f".{path.name}.new"
    try:
        with aside.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise _unwritable(folder, error) from error
    return path


def _unwritable(folder: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"{folder} cannot be written: {error.strerror}. Free disk space or correct its permissions; nothing was sent."
    )
