"""`sempre backup` on a home with an embedded database, and on one with Postgres."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sempre import crypto
from sempre.access import Connection
from sempre.app import Plan
from sempre.app.doors import open_doors
from sempre.db import schema
from sempre.home import Home, Lock
from sempre.settings import Settings, load
from tests.cli.shell import Shell
from tests.support.homes import Lived
from tests.support.postgres_programs import play_programs

SECRET = "sk-ant-test-canary-0815"


async def stored(home: Path) -> Connection:
    async with open_doors(Plan(home=Home(home), settings=load(home), given={})) as doors:
        return await doors.connections.current()


@pytest.fixture
def connected(shell: Shell, home_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """With a credential in its database."""
    if url := home_settings.database.url:
        monkeypatch.setenv("SEMPRE_DATABASE_URL", url)
        monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", home_settings.backups.pg_bin)
        give_a_key(Home(shell.home))
    return with_credential(shell)


@pytest.fixture
def embedded(shell: Shell) -> Shell:
    return with_credential(shell)


def give_a_key(home: Home) -> None:
    """The database has its tables already."""
    home.make()
    crypto.load(home.key, data_exists=False)


def with_credential(shell: Shell) -> Shell:
    said = shell.run("connect", "key", stdin=SECRET.encode() + b"\n")
    assert said.code == 0, said.err
    return shell


def copies_in(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.suffix != ".json"]


def test_a_backup_is_whole_has_no_key_and_a_damaged_one_is_found(connected: Shell):
    made = connected.json("backup")
    assert made["problems"] == []
    folder = Path(made["path"])
    key = (connected.home / ".sempre" / "key").read_bytes().strip()
    for each in folder.iterdir():
        assert key not in each.read_bytes()
        assert SECRET.encode() not in each.read_bytes()
    assert {"manifest.json", "drill.json"} < {each.name for each in folder.iterdir()}
    assert f"{made['name']} can be restored" in connected.run("backup", "verify").out
    application = next(each for each in copies_in(folder) if each.stem == "sempre")
    data = bytearray(application.read_bytes())
    data[5000:9000] = b"\xff" * 4000
    application.write_bytes(data)
    damaged = connected.run("backup", "verify", made["name"])
    assert damaged.code == 1
    assert application.name in damaged.err
    assert connected.run("backup", "verify", "20200101T000000Z-none").code == 3


def test_a_copy_of_an_embedded_database_is_one(embedded: Shell):
    folder = Path(embedded.json("backup")["path"])
    with closing(sqlite3.connect(folder / "sempre.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM secrets").fetchone() == (1,)


def test_as_many_backups_are_kept_as_the_settings_say(embedded: Shell):
    (embedded.home / "sempre.toml").write_text("[backups]\nkeep = 2\n")
    names = [embedded.json("backup")["name"] for _ in range(4)]
    assert [each["name"] for each in embedded.json("backup", "list")] == [names[3], names[2]]


def test_a_home_goes_back_to_a_backup_and_what_stood_there_is_kept(connected: Shell):
    made = connected.json("backup")
    assert connected.json("disconnect")["connection"]["kind"] == "none"
    lock = Lock(Home(connected.home))
    try:
        said = connected.run("backup", "restore", "--yes")
        assert said.code == 4, "not under a running Sempre"
    finally:
        lock.release()
    assert connected.run("backup", "restore", stdin=b"n\n").code != 0
    assert asyncio.run(stored(connected.home)).kind == "none"
    told = connected.json("backup", "restore", made["name"], "--yes")
    assert (told["restored"], told["unproven"]) == (made["name"], None)
    assert asyncio.run(stored(connected.home)).api_key == SECRET
    assert "sempre" in {each.stem for each in copies_in(Path(told["laid_aside"]))}
    assert connected.json("backup", "verify")["name"] == made["name"], "not what was laid aside"


def test_what_cannot_be_restored_is_not_put_in(connected: Shell):
    made = connected.json("backup")
    application = next(each for each in copies_in(Path(made["path"])) if each.stem == "sempre")
    application.write_bytes(b"not a database")
    said = connected.run("backup", "restore", "--yes")
    assert said.code == 4
    assert "Nothing was changed" in said.err
    assert asyncio.run(stored(connected.home)).api_key == SECRET


@pytest.mark.postgres
def test_another_node_on_the_same_database_is_not_robbed_of_it(
    shell: Shell, postgres_home: Lived, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEMPRE_DATABASE_URL", postgres_home.url)
    monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", postgres_home.settings.backups.pg_bin)
    here = Shell(postgres_home.home.path, shell.environment)
    here.json("backup")
    postgres_home.say("INSERT INTO engine.executors (id, node, beat) VALUES ('x', 'far', now())")
    said = here.run("backup", "restore", "--yes")
    assert said.code == 4
    assert "node far" in said.err
    assert "Nothing was changed" in said.err


@pytest.mark.postgres
def test_programs_that_are_missing_or_too_old_are_told_with_their_package(
    shell: Shell, postgres_home: Lived, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SEMPRE_DATABASE_URL", postgres_home.url)
    monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", str(tmp_path / "nowhere"))
    here = Shell(postgres_home.home.path, shell.environment)
    said = here.run("backup")
    assert said.code == 7
    assert "pg_dump" in said.err
    assert "postgresql-client-" in said.err
    old = play_programs(tmp_path / "old", version="9.6.24")
    monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", str(old))
    assert "is of Postgres 9 " in here.run("backup").err
    findings = here.run("doctor", "--json").json["findings"]
    (told,) = [
        each for each in findings if each["check"] == "backups" and each["level"] == "problem"
    ]
    assert "is of Postgres 9 " in told["message"]
    assert "postgresql-client-" in told["remedy"]
    monkeypatch.setenv("SEMPRE_BACKUPS__EVERY", "off")
    findings = here.run("doctor", "--json").json["findings"]
    assert not [
        each for each in findings if each["check"] == "backups" and each["level"] == "problem"
    ], "nobody wants one"


@pytest.mark.postgres
def test_the_key_is_not_changed_without_a_copy(
    shell: Shell, postgres_home: Lived, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEMPRE_DATABASE_URL", postgres_home.url)
    monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", "/nowhere")
    here = Shell(postgres_home.home.path, shell.environment)
    before = postgres_home.home.key.read_text()
    said = here.run("key", "rotate")
    assert said.code == 7
    assert "SEMPRE_BACKUPS__BEFORE_CHANGES=false" in said.err
    assert postgres_home.home.key.read_text() == before
    monkeypatch.setenv("SEMPRE_BACKUPS__PG_BIN", postgres_home.settings.backups.pg_bin)
    assert here.run("key", "rotate").code == 0
    assert postgres_home.home.key.read_text() != before
    assert "before-new-key" in here.run("backup", "list").out
    assert schema.revision(postgres_home.url) == schema.HEAD


def test_the_schedule_is_told_with_the_newest_and_its_drill(embedded: Shell):
    (embedded.home / "sempre.toml").write_text('[backups]\nevery = "6h"\n')
    told = embedded.json("backup", "schedule")
    assert (told["every"], told["newest"]) == ("6h", None)
    embedded.run("backup")
    told = embedded.json("backup", "schedule")
    assert told["newest"]["drill"]["passed"] is True
    assert "6h" in embedded.run("backup", "schedule").out
    (embedded.home / "sempre.toml").write_text('[backups]\nevery = "sometimes"\n')
    assert embedded.run("backup", "schedule").code == 7


def test_the_schedule_is_set_and_what_else_stands_in_the_file_stays(embedded: Shell):
    file = embedded.home / "sempre.toml"
    file.write_text('# ours\n[backups]\nevery = "6h" # often\n')
    told = embedded.json("backup", "schedule", "--every", "daily", "--keep", "5")
    assert (told["every"], told["keep"]) == ("03:00", 5)
    assert told["next_at"] is not None
    written = '# ours\n[backups]\nevery = "03:00" # often\nkeep = 5\n'
    assert file.read_text() == written
    said = embedded.run("backup", "schedule", "--every", "sometimes")
    assert said.code == 7
    assert "no schedule" in said.err
    assert embedded.run("backup", "schedule", "--keep", "0").code == 2
    assert file.read_text() == written
    off = embedded.json("backup", "schedule", "--every", "off")
    assert (off["every"], off["keep"], off["next_at"]) == ("off", 5, None)
    assert "none comes by itself" in embedded.run("backup", "schedule").out
    embedded.run("backup")
    findings = embedded.run("doctor", "--json").json["findings"]
    assert any("backups.every" in each["message"] for each in findings)
