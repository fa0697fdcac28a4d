"""A home with something in its databases, for tests of backups."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from sempre.app import stores
from sempre.crypto import Keyring
from sempre.db import backup, schema
from sempre.db.backup import Backup
from sempre.home import Home
from sempre.settings import Settings

PROMPT = "Quanto é dois mais dois?"


@dataclass(frozen=True)
class Lived:
    home: Home
    keyring: Keyring

    @property
    def databases(self) -> list[Path]:
        return stores.files(self.home, f"sqlite:///{self.home.database}")

    def backup(self, reason: str = "manual") -> Backup:
        return backup.create(self.home.backups, self.databases, reason)

    def write(self, text: str) -> None:
        """Mark both databases, each in its own way."""
        for path in self.databases:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("CREATE TABLE IF NOT EXISTS marks (text TEXT)")
                connection.execute("INSERT INTO marks VALUES (?)", (text,))
                connection.commit()

    def write_and_die(self, text: str) -> None:
        """The same, by a process that ends at once: what it wrote stands in the -wal beside the database."""
        for path in self.databases:
            code = (
                "import os, sqlite3; "
                f"c = sqlite3.connect({str(path)!r}); "
                f"c.execute('INSERT INTO marks VALUES (?)', ({text!r},)); c.commit(); os._exit(0)"
            )
            subprocess.run([sys.executable, "-c", code], check=True)
            assert path.with_name(f"{path.name}-wal").stat().st_size > 0

    def marks(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.databases:
            with closing(sqlite3.connect(path)) as connection:
                found[path.name] = [row[0] for row in connection.execute("SELECT text FROM marks")]
        return found

    def accept(self) -> str:
        """One turn, as the first schema had it; gives its id."""
        turn_id = "01900000-0000-7000-8000-000000000001"
        sealed = self.keyring.seal(PROMPT, f"turns/prompt/{turn_id}")
        with closing(sqlite3.connect(self.home.database)) as connection:
            connection.execute(
                "INSERT INTO channels (id, state, next_seq, next_number, session_started, created_at)"
                " VALUES ('files:coder', 'open', 2, 2, 0, 1)"
            )
            connection.execute(
                "INSERT INTO turns (id, channel, seq, number, external_id, state, cancel_requested, origin, prompt,"
                " workflow, attempts, errors, transient_errors, forgotten_attempts, received_at)"
                " VALUES (?, 'files:coder', 1, 1, 'x', 'queued', 0, '{}', ?, 'w', 0, 0, 0, 0, 1)",
                (turn_id, sealed),
            )
            connection.commit()
        return turn_id

    def prompt(self, turn_id: str) -> str:
        with closing(sqlite3.connect(self.home.database)) as connection:
            (sealed,) = connection.execute(
                "SELECT prompt FROM turns WHERE id = ?", (turn_id,)
            ).fetchone()
        return self.keyring.open(sealed, f"turns/prompt/{turn_id}")


def lived_in(path: Path) -> Lived:
    """With this release's schema and the engine's file beside it."""
    home = Home(path)
    keyring, _ = stores.prepare(home, Settings())
    lived = Lived(home, keyring)
    lived.write("first")
    return lived


def migrate_to(database: Path, revision: str) -> None:
    """What an older release would have left."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
