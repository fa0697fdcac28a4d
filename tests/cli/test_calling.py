"""A command is said so that it can be copied where the person is."""

import sys
from pathlib import Path

import pytest

from sempre.cli.calling import command
from sempre.home import Home


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh clone, whose program is not on the PATH, and nothing in the environment."""
    program = tmp_path / ".venv" / "bin"
    program.mkdir(parents=True)
    (program / "sempre").touch(0o755)
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(sys, "executable", str(program / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SEMPRE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_the_clone_program_and_home_are_named(clone: Path):
    assert command(Home(clone / "home"), "login-link") == ".venv/bin/sempre login-link --home home"


def test_elsewhere_both_are_named_whole(clone: Path, monkeypatch: pytest.MonkeyPatch):
    (away := clone / "away").mkdir()
    monkeypatch.chdir(away)
    said = command(Home(clone / "my home"), "status")
    assert said == f"{clone}/.venv/bin/sempre status --home '{clone}/my home'"


def test_what_the_person_has_set_up_is_not_repeated(clone: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(clone / ".venv" / "bin"))
    monkeypatch.setenv("SEMPRE_HOME", str(clone / "home"))
    assert command(Home(clone / "home"), "status") == "sempre status"


def test_in_the_home_it_is_found_by_itself(clone: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(clone / ".venv" / "bin"))
    monkeypatch.chdir(clone / "home")
    assert command(Home(clone / "home"), "status") == "sempre status"
