"""The home: one folder that holds everything of one Sempre. Paths, its lock, and the name of this node."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sempre.errors import ConflictError, UnavailableError
from sempre.ids import new_id

ENVIRONMENT_NAME = "SEMPRE_HOME"


@dataclass(frozen=True)
class Home:
    """`path` is what a person sees; `state` is private to Sempre and readable by its owner only."""

    path: Path

    @classmethod
    def find(cls, given: Path | None) -> "Home":
        """The one given, else SEMPRE_HOME, else the current folder."""
        chosen = given or Path(os.environ.get(ENVIRONMENT_NAME) or ".")
        return cls(chosen.expanduser().resolve())

    @property
    def state(self) -> Path:
        return self.path / ".sempre"

    @property
    def rehearsal(self) -> "Home":
        """The rehearsal's own home, with its own database, sessions and numbers."""
        return Home(self.path / "rehearsal")

    @property
    def database(self) -> Path:
        return self.state / "sempre.sqlite"

    @property
    def engine_database(self) -> Path:
        return self.state / "engine.sqlite"

    @property
    def key(self) -> Path:
        return self.state / "key"

    @property
    def log(self) -> Path:
        return self.state / "log" / "sempre.jsonl"

    @property
    def claude_configuration(self) -> Path:
        return self.state / "claude"

    @property
    def backups(self) -> Path:
        return self.state / "backups"

    @property
    def token(self) -> Path:
        """Where the command line finds the token of the running server."""
        return self.state / "token"

    @property
    def server(self) -> Path:
        """Where the running server says how it is reached."""
        return self.state / "server.json"

    def make(self) -> None:
        """Create what is missing. Raises UnavailableError where the disk does not take it."""
        try:
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (".queue", ".output", "workspaces"):
                (self.path / folder).mkdir(exist_ok=True)
        except OSError as error:
            raise UnavailableError(
                f"The home {self.path} cannot be written: {error.strerror}. Free disk space, correct its "
                "permissions, or name another with --home."
            ) from error

    def node(self) -> str:
        """The name of this home on this machine: what binds files and transcripts to a node."""
        path = self.state / "node"
        if not path.exists():
            aside = path.with_suffix(f".{os.getpid()}")
            aside.write_text(new_id())
            aside.replace(path)
        return path.read_text().strip()

    def announce(self, facts: Mapping[str, object]) -> None:
        """Write down how the server is reached."""
        aside = self.server.with_suffix(".new")
        aside.write_text(json.dumps(dict(facts)))
        aside.replace(self.server)

    def withdraw(self) -> None:
        """Nobody listens any more."""
        self.server.unlink(missing_ok=True)


class Lock:
    """Held as long as the process lives: one `up` per home. A crash lets go of it."""

    def __init__(self, home: Home) -> None:
        self._path = home.state / "up.lock"
        self._file = self._path.open("a+")
        try:
            hold(self._file)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise ConflictError(
                f"Sempre runs on this home already (process {holder}). Stop it first, or give this one "
                "another home with --home.",
                code="already_running",
            ) from error
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def hold(file: IO[str]) -> None:
    """Lock it, until it is closed or the process ends; raise OSError at once when another has it."""
    if sys.platform == "win32":
        import msvcrt  # this platform's own

        file.seek(1_000_000)  # a byte that nobody reads: the pid stays readable
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # this platform's own

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
