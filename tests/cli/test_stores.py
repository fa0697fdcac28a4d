"""Commands that work on the home's own store while nobody runs: connect, key rotate, backup."""

import asyncio
import shutil
from pathlib import Path

import pytest

from sempre import crypto
from sempre.access import Connection
from sempre.app import Plan
from sempre.app.doors import open_doors
from sempre.home import Home, Lock
from sempre.settings import Settings
from tests.cli.shell import Shell

SECRET = "sk-ant-test-canary-0815"


async def stored(home: Path) -> Connection:
    async with open_doors(Plan(home=Home(home), settings=Settings(), given={})) as doors:
        return await doors.connections.current()


@pytest.fixture
def connected(shell: Shell) -> Shell:
    said = shell.run("connect", "key", stdin=SECRET.encode() + b"\n")
    assert said.code == 0, said.err
    assert SECRET not in said.out + said.err
    return shell


def test_a_credential_comes_from_stdin_and_is_stored_sealed(connected: Shell):
    found = asyncio.run(stored(connected.home))
    assert (found.kind, found.api_key) == ("key", SECRET)
    for path in (connected.home / ".sempre").rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()
    assert connected.json("disconnect")["connection"]["kind"] == "none"
    assert asyncio.run(stored(connected.home)).kind == "none"
    assert connected.run("disconnect").code == 3


def test_a_credential_of_the_wrong_form_is_not_repeated(shell: Shell):
    said = shell.run("connect", "key", stdin=b"not a key, but private")
    assert said.code == 5
    assert "private" not in said.err
    assert shell.run("connect", "key", stdin=b"").code == 5
    assert shell.run("connect", "key", "--folder", "/x", stdin=SECRET.encode()).code == 5


def test_an_address_without_a_credential(shell: Shell):
    told = shell.json("connect", "base-url", "--base-url", "http://127.0.0.1:9/v1")
    assert told == {
        "connection": {"kind": "base_url", "source": "stored", "hint": None, "base_url": "http://127.0.0.1:9/v1"},
        "running": False,
    }  # fmt: skip


def test_a_login_is_a_folder(shell: Shell, tmp_path: Path):
    assert shell.run("connect", "login", "--folder", str(tmp_path / "none")).code == 5
    assert (
        shell.json("connect", "login", "--folder", str(tmp_path))["connection"]["kind"] == "login"
    )


def test_everything_is_sealed_with_a_new_key_and_the_old_one_kept(connected: Shell):
    home = Home(connected.home)
    before = home.key.read_text()
    told = connected.json("key", "rotate")
    assert (
        told["resealed"] == 3
    )  # the credential; on the trail that it was stored; the trail's own key
    assert home.key.read_text() != before
    assert asyncio.run(stored(connected.home)).api_key == SECRET
    assert (home.state / "key.old").read_text() == before
    assert (home.state / "key.old").stat().st_mode & 0o077 == 0
    (made,) = connected.json("backup", "list")
    shutil.copy(Path(made["path"]) / "sempre.sqlite", home.database)
    home.database.with_name("sempre.sqlite-wal").unlink(missing_ok=True)
    home.key.write_text(before)
    assert asyncio.run(stored(connected.home)).api_key == SECRET


def test_the_old_key_may_be_forgotten(connected: Shell):
    assert connected.json("key", "rotate", "--forget-old")["old_keys"] is None
    assert not (connected.home / ".sempre" / "key.old").exists()


def test_a_key_is_not_changed_under_a_running_sempre(connected: Shell):
    lock = Lock(Home(connected.home))
    try:
        assert connected.run("key", "rotate").code == 4
        assert connected.run("connect", "key", stdin=SECRET.encode()).code == 4
    finally:
        lock.release()


def test_a_key_from_the_environment_is_changed_there(
    connected: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(crypto.ENVIRONMENT_NAME, (connected.home / ".sempre" / "key").read_text())
    said = connected.run("key", "rotate")
    assert said.code == 7
    assert "SEMPRE_KEY" in said.err


def test_where_there_is_nothing_there_is_nothing_to_rotate_or_back_up(shell: Shell):
    assert shell.run("key", "rotate").code == 3
    assert shell.run("backup").code == 3
    assert shell.run("backup", "verify").code == 3
    assert shell.json("backup", "list") == []
    assert list(shell.home.iterdir()) == []
