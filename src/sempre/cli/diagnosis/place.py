"""The home: its folders, who may read them, its settings and its key."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sempre import crypto
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem
from sempre.cli.queue import folders
from sempre.errors import MisconfiguredError

_PRIVATE = 0o077  # what group and others may


def home(examined: Examined) -> Iterator[Finding]:
    path = examined.home.path
    if not examined.home.state.is_dir():
        yield note("home", f"{path} is no home yet.", "`sempre up` makes it one, or name another.")
        return
    shut = [each for each in _folders(examined) if not os.access(each, os.W_OK | os.X_OK)]
    missing = [each for each in _folders(examined) if not each.is_dir()]
    for each in [each for each in shut if each not in missing]:
        yield problem("home", f"{each} cannot be written by you.", f"chown or chmod {each}.")
    for each in missing:
        yield problem("home", f"{each} is missing.", f"mkdir {each}, or `sempre up` makes it.")
    if not shut:
        workers = ", ".join(folders(examined.home)) or "no workers yet"
        yield ok("home", f"{path} can be written. Workers: {workers}.")


def privacy(examined: Examined) -> Iterator[Finding]:
    """The key, the token and the database are for their owner's eyes only."""
    if os.name == "nt" or not examined.home.state.is_dir():
        return
    state = examined.home.state
    open_ones = [each for each in (state, examined.home.key, examined.home.token) if _is_open(each)]
    for each in open_ones:
        mode = "700" if each.is_dir() else "600"
        yield problem("privacy", f"Others on this machine may read {each}.", f"chmod {mode} {each}")
    owner = state.stat().st_uid
    if owner != os.geteuid():
        yield problem(
            "privacy",
            f"{state} belongs to user {owner}, and you are user {os.geteuid()}.",
            "Run Sempre and this command as that user.",
        )
    elif not open_ones:
        yield ok("privacy", f"{state} is yours alone.")


def key(examined: Examined) -> Iterator[Finding]:
    path = examined.home.key
    if not examined.has_data and not path.exists():
        yield note("key", "There is no data yet, so there is no key.")
        return
    try:
        crypto.load(path, data_exists=True)
    except (MisconfiguredError, ValueError, OSError) as error:
        said = error.message if isinstance(error, MisconfiguredError) else f"{path}: {error}"
        yield problem("key", said, "Restore the key file that was kept beside the backups.")
        return
    where = "SEMPRE_KEY" if os.environ.get(crypto.ENVIRONMENT_NAME) else str(path)
    yield ok("key", f"The key is in {where}. It is part of no backup: keep a copy elsewhere.")


def _folders(examined: Examined) -> list[Path]:
    home = examined.home
    return [
        home.path,
        home.state,
        *(home.path / name for name in (".queue", ".output", "workspaces")),
    ]


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & _PRIVATE)
