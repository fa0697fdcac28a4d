"""A home with something in its databases, for tests of backups: on SQLite and on Postgres."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from sempre import crypto
from sempre.app import stores
from sempre.crypto import Keyring
from sempre.db import backup, drill, schema
from sempre.db.backup import Backup
from sempre.db.drill import Drill
from sempre.db.source import Source
from sempre.home import Home
from sempre.settings import BackupSettings, DatabaseSettings, Settings
from tests.support.postgres import new_database

PROMPT = "Quanto é dois mais dois?"
TURN = "01900000-0000-7000-8000-000000000001"
_CHANNEL = (
    "INSERT INTO channels (id, state, next_seq, next_number, session_started, created_at)"
    " VALUES (:id, 'open', 2, 2, {false}, :at)"
)
_TURN = (
    "INSERT INTO turns (id, channel, seq, number, external_id, state, cancel_requested, origin, prompt,"
    " workflow, attempts, errors, transient_errors, forgotten_attempts, received_at)"
    " VALUES (:id, 'files:coder', 1, 1, 'x', 'queued', {false}, '{{}}', :prompt, 'w', 0, 0, 0, 0, 1)"
)


@dataclass(frozen=True)
class Lived:
    home: Home
    keyring: Keyring
    settings: Settings

    @property
    def is_postgres(self) -> bool:
        return bool(self.settings.database.url)

    @property
    def url(self) -> str:
        return stores.address(self.home, self.settings)

    @property
    def source(self) -> Source:
        return stores.source(self.home, self.settings)

    @property
    def files(self) -> tuple[str, str]:
        """The names of the copies: the engine's, the application's."""
        suffix = self.source.suffix
        return f"engine{suffix}", f"sempre{suffix}"

    @property
    def databases(self) -> Sequence[Path]:
        return [self.home.engine_database, self.home.database]

    def backup(self, reason: str = "manual") -> Backup:
        return backup.create(self.home.backups, self.source.copy, reason)

    def drill(self, chosen: Backup, keyring: Keyring | None = None) -> Drill:
        return drill.run(chosen, keyring or self.keyring, self.source)

    def restore(self, chosen: Backup) -> Path | None:
        return self.source.put_back(chosen, audit_head=None)

    def write(self, text: str) -> None:
        """Mark both databases, each in its own way."""
        self.say(_CHANNEL, id=f"mark:{text}", at=len(self.marks()["sempre"]))
        if self.is_postgres:
            self.say_engine(f"CREATE SCHEMA IF NOT EXISTS {schema.ENGINE}")
        self.say_engine("CREATE TABLE IF NOT EXISTS {marks} (text TEXT)")
        self.say_engine("INSERT INTO {marks} VALUES (:text)", text=text)

    def write_and_die(self, text: str) -> None:
        """The same, by a process that ends at once: on SQLite what it wrote stands in the -wal beside the database."""
        if self.is_postgres:
            self.write(text)
            return
        mark = _CHANNEL.format(false=0).replace(":id", f"'mark:{text}'").replace(":at", "9")
        lines = (f"INSERT INTO marks VALUES ('{text}')", mark)
        for path, line in zip(self.databases, lines, strict=True):
            code = (
                "import os, sqlite3; "
                f"c = sqlite3.connect({str(path)!r}); c.execute({line!r}); c.commit(); os._exit(0)"
            )
            subprocess.run([sys.executable, "-c", code], check=True)
            assert path.with_name(f"{path.name}-wal").stat().st_size > 0

    def marks(self) -> dict[str, list[str]]:
        of_application = sa.text(
            "SELECT substr(id, 6) FROM channels WHERE id LIKE 'mark:%' ORDER BY created_at"
        )
        found: dict[str, list[str]] = {"engine": []}
        with schema.connected(self.url) as connection:
            found["sempre"] = list(connection.execute(of_application).scalars())
        with schema.connected(self._engine_url) as connection:
            if sa.inspect(connection).has_table("marks", schema=self._engine_schema):
                of_engine = sa.text(f"SELECT text FROM {self._marks}")
                found["engine"] = list(connection.execute(of_engine).scalars())
        return found

    def accept(self) -> str:
        """One turn, as the first schema had it; gives its id."""
        self.say(_CHANNEL, id="files:coder", at=1)
        self.say(_TURN, id=TURN, prompt=self.keyring.seal(PROMPT, f"turns/prompt/{TURN}"))
        return TURN

    def prompt(self, turn_id: str) -> str:
        asked = sa.text("SELECT prompt FROM turns WHERE id = :id")
        with schema.connected(self.url) as connection:
            sealed = connection.execute(asked, {"id": turn_id}).scalar_one()
        return self.keyring.open(bytes(sealed), f"turns/prompt/{turn_id}")

    def say(self, statement: str, **values: object) -> None:
        """To the application's database. `{false}` in a statement is the word for it there."""
        false = "false" if self.is_postgres else "0"
        _say(self.url, statement.format(false=false), values)

    def say_engine(self, statement: str, **values: object) -> None:
        _say(self._engine_url, statement.format(marks=self._marks), values)

    @property
    def _engine_url(self) -> str:
        return stores.engine_address(self.home, self.settings)

    @property
    def _engine_schema(self) -> str | None:
        return schema.ENGINE if self.is_postgres else None

    @property
    def _marks(self) -> str:
        return f"{schema.ENGINE}.marks" if self.is_postgres else "marks"


def lived_in(path: Path, settings: Settings | None = None) -> Lived:
    """With this release's schema, and the engine's beside it; on SQLite unless the settings say otherwise."""
    home, settings = Home(path), settings or Settings()
    home.make()
    crypto.load(home.key, data_exists=False)
    keyring, _ = stores.prepare(home, settings)
    lived = Lived(home, keyring, settings)
    if not lived.is_postgres:
        for each in lived.databases:
            with closing(sqlite3.connect(each)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
    lived.write("first")
    return lived


def on_postgres(url: str, pg_bin: str, **backups: object) -> Settings:
    return Settings(
        database=DatabaseSettings(url=url),
        backups=BackupSettings.model_validate({"pg_bin": pg_bin, **backups}),
    )


def migrate_to(url: str, revision: str) -> None:
    """What an older release would have left."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with schema.connected(url) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def home_settings(request: pytest.FixtureRequest) -> Settings:
    """For a home whose databases have their tables; a test that asks for it runs on SQLite and on Postgres."""
    return (
        Settings()
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_home_settings")
    )


@pytest.fixture
def postgres_home_settings(
    postgres_server: str, house_template: str, pg_bin: str
) -> Iterator[Settings]:
    with new_database(postgres_server, house_template) as url:
        yield on_postgres(url, pg_bin)


@pytest.fixture
def lived(tmp_path: Path, home_settings: Settings) -> Lived:
    """A test that asks for it runs on SQLite and on Postgres."""
    return lived_in(tmp_path / "home", home_settings)


@pytest.fixture
def postgres_home(tmp_path: Path, postgres_home_settings: Settings) -> Lived:
    return lived_in(tmp_path / "home", postgres_home_settings)


def _say(url: str, statement: str, values: dict[str, object]) -> None:
    with schema.connected(url) as connection, connection.begin():
        connection.execute(sa.text(statement), values)
