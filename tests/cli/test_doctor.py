"""Each thing that can be wrong is found, with its remedy; and nothing is changed by looking."""

import ctypes
import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sempre import clock, crypto
from sempre.channels.files.claim import Claims
from sempre.channels.files.layout import Place
from sempre.cli.diagnosis import agents
from sempre.home import Home
from tests.cli.shell import Shell

SECRET = "sk-ant-test-canary-1234"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting Claude Code takes half a second; one test does it."""
    monkeypatch.setattr(agents, "_version", lambda _: "9.9.9")


@pytest.fixture
def home(shell: Shell, furnish: Callable[[Home], None]) -> Home:
    """One that has been used."""
    place = Home(shell.home)
    furnish(place)
    return place


def findings(shell: Shell, *, code: int | None = None) -> dict[str, list[dict[str, Any]]]:
    said = shell.run("doctor", "--json")
    assert code is None or said.code == code, said.out
    told: dict[str, list[dict[str, Any]]] = {}
    for each in said.json["findings"]:
        assert each["remedy"] or each["level"] in {"ok", "note"}
        told.setdefault(each["check"], []).append(each)
    return told


def test_a_home_that_has_been_used_is_well(shell: Shell, home: Home):
    told = findings(shell, code=0)
    levels = {check: [each["level"] for each in each_check] for check, each_check in told.items()}
    assert {"problem"} & {level for each in levels.values() for level in each} == set()
    for check in ("settings", "home", "privacy", "key", "disk", "clock", "database", "claude"):
        assert levels[check] == ["ok"], told[check]
    assert shell.run("doctor").code == 0


def test_looking_makes_nothing_where_there_is_nothing(shell: Shell):
    findings(shell, code=0)
    assert list(shell.home.iterdir()) == []


@pytest.mark.posix
def test_what_others_may_read_is_a_problem(shell: Shell, home: Home):
    home.key.chmod(0o644)
    home.state.chmod(0o755)
    told = findings(shell, code=1)["privacy"]
    assert {each["remedy"] for each in told} == {f"chmod 600 {home.key}", f"chmod 700 {home.state}"}


def test_a_missing_key_is_a_problem(shell: Shell, home: Home):
    home.key.unlink()
    assert findings(shell, code=1)["key"][0]["level"] == "problem"
    home.key.write_text("not base64 at all!")
    assert findings(shell, code=1)["key"][0]["level"] == "problem"


def test_a_key_from_the_environment_is_a_key(
    shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(crypto.ENVIRONMENT_NAME, home.key.read_text())
    home.key.unlink()
    assert "SEMPRE_KEY" in findings(shell, code=0)["key"][0]["message"]


def test_missing_folders_are_a_problem(shell: Shell, home: Home):
    (home.path / ".output").rmdir()
    told = findings(shell, code=1)["home"]
    assert any(".output" in each["message"] for each in told)


def test_settings_that_are_not_understood_are_a_problem(shell: Shell, home: Home):
    (home.path / "sempre.toml").write_text("[server]\nprot = 1\n")
    told = findings(shell, code=1)
    assert "server.prot" in told["settings"][0]["message"]
    assert told["database"][0]["level"] == "ok"  # the other checks go on


@pytest.mark.parametrize(
    ("free", "level"), [(10**7, "problem"), (5 * 10**8, "warning"), (10**11, "ok")]
)
def test_a_full_disk(
    shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch, free: int, level: str
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))
    assert findings(shell)["disk"][0]["level"] == level


def test_a_clock_that_went_back(shell: Shell, home: Home):
    later = time.time() + 7300
    os.utime(home.database, (later, later))
    told = findings(shell, code=1)["clock"][0]
    assert "2 h later" in told["message"]


def test_a_damaged_database(shell: Shell, home: Home):
    data = bytearray(home.database.read_bytes())
    data[4096:20000] = b"\xff" * (20000 - 4096)
    home.database.write_bytes(data)
    told = findings(shell, code=1)["files"]
    assert any(each["level"] == "problem" and "sempre.sqlite" in each["message"] for each in told)


def test_a_database_of_a_newer_release(shell: Shell, home: Home):
    import sqlite3

    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    told = findings(shell, code=1)["database"][0]
    assert "9999" in told["message"]


def test_a_database_that_does_not_answer(shell: Shell, home: Home):
    (home.path / "sempre.toml").write_text(
        '[database]\nurl = "postgresql://u:pass@127.0.0.1:1/d"\n'
    )
    said = shell.run("doctor")
    assert said.code == 1
    assert "Postgres does not answer" in said.out
    assert "pass" not in said.out


def test_a_port_that_is_taken_is_noted(shell: Shell, home: Home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (home.path / "sempre.toml").write_text(f"[server]\nport = {port}\n")
        assert findings(shell, code=0)["port"][0]["level"] == "note"


@pytest.mark.parametrize("given", ["environment", "stored"])
def test_the_kind_of_credential_is_told_and_never_a_part_of_it(
    shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch, given: str
):
    if given == "environment":
        monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    else:
        assert shell.run("connect", "key", stdin=SECRET.encode()).code == 0
    said = shell.run("doctor", "--json")
    told = next(each for each in said.json["findings"] if each["check"] == "connection")
    assert told["level"] == "ok"
    assert given in told["message"] or "encrypted" in told["message"]
    assert SECRET[-4:] not in said.out
    assert (
        "No model" in findings(Shell(shell.home / "other", {}))["connection"][0]["message"]
        or given == "environment"
    )


def test_claims_without_a_turn_are_told(shell: Shell, home: Home):
    place = Place(home.path, "coder")
    place.claimed.mkdir(parents=True)
    claim = Claims(place).make("task.prompt")
    (place.claimed / claim.name).write_text("do it")
    told = findings(shell, code=0)["work"]
    assert any("1 claimed prompt of files:coder" in each["message"] for each in told)


def test_prompts_that_wait_are_told(shell: Shell, home: Home):
    (home.path / ".queue" / "coder").mkdir()
    (home.path / ".queue" / "coder" / "a.prompt").write_text("x")
    assert "1 prompt in the queue." in [each["message"] for each in findings(shell)["work"]]


def test_an_older_stamp_of_the_log_is_no_matter(shell: Shell, home: Home):
    home.log.parent.mkdir()
    home.log.write_text("{}")
    earlier = clock.now().timestamp() - 10**7
    os.utime(home.log, (earlier, earlier))
    assert findings(shell)["clock"][0]["level"] == "ok"


@pytest.mark.posix
def test_root_is_warned(shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert findings(shell)["user"][0]["level"] == "warning"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux only")
def test_watches_that_are_used_up(shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch):
    class Refusing:
        def inotify_init1(self, _flags: int) -> int:
            ctypes.set_errno(24)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Refusing())
    told = findings(shell, code=1)["inotify"][0]
    assert "EMFILE" in told["message"]
    assert "sysctl" in told["remedy"]


@pytest.mark.parametrize(
    ("programs", "level"),
    [({}, "note"), ({"bwrap": 1, "socat": 0}, "note"), ({"bwrap": 0, "socat": 0}, "ok")],
)
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux only")
def test_the_sandbox_is_there_when_it_works(
    shell: Shell,
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    programs: dict[str, int],
    level: str,
):
    for name, code in programs.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert findings(shell)["sandbox"][0]["level"] == level


def test_a_check_that_breaks_leaves_the_others_alone(
    shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch
):
    def broken(_: object) -> object:
        raise ValueError("unexpected")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    told = findings(shell, code=1)
    assert "unexpected" in told["disk"][0]["message"]
    assert told["database"][0]["level"] == "ok"


@pytest.mark.claude
def test_claude_code_is_found_and_starts(shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    told = findings(shell)["claude"][0]
    assert told["level"] == "ok"
    assert any(word[0].isdigit() for word in told["message"].split())


def test_json_says_whether_all_is_well(shell: Shell, home: Home):
    assert json.loads(shell.run("doctor", "--json").out)["ok"] is True
    home.key.unlink()
    assert json.loads(shell.run("doctor", "--json").out)["ok"] is False


def test_a_backup_that_cannot_be_restored_or_is_late_is_told(shell: Shell, home: Home):
    assert findings(shell)["backups"][0]["level"] == "note"
    assert shell.run("backup").code == 0
    assert "proven" in findings(shell)["backups"][0]["message"]
    with clock.shifted(timedelta(days=3)):
        assert findings(shell)["backups"][0]["level"] == "warning"
    made = next(home.backups.iterdir())
    (made / "sempre.sqlite").write_bytes(b"gone")
    assert shell.run("backup", "verify").code == 1
    assert findings(shell, code=1)["backups"][0]["level"] == "problem"


def test_a_restore_that_was_broken_off_is_told(shell: Shell, home: Home):
    (home.state / "restore.json").write_text("{}")
    told = findings(shell, code=1)["backups"][0]
    assert told["remedy"] == "`sempre up` finishes it."


def test_each_worker_is_told_what_protects_it(
    shell: Shell, home: Home, monkeypatch: pytest.MonkeyPatch
):
    for name in ("boxed", "free"):
        (home.path / ".queue" / name).mkdir()
    (home.path / "sempre.toml").write_text("[workers.boxed]\nsandbox = true\n")
    monkeypatch.setattr(agents, "has_sandbox", lambda: True)
    told = {each["message"].partition(":")[0]: each for each in findings(shell)["protection"]}
    assert told["boxed"]["level"] == "ok"
    assert "any code as you" in told["free"]["message"]
    monkeypatch.setattr(agents, "has_sandbox", lambda: False)
    told = {each["message"].partition(":")[0]: each for each in findings(shell)["protection"]}
    assert told["boxed"]["level"] == ("problem" if Path("/proc/self").exists() else "ok")
