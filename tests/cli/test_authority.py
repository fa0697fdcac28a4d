"""Where a token of the person comes from, and from where it is never taken."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from sempre.cli import authority
from sempre.errors import RefusedError
from sempre.home import Home

REFUSAL = RefusedError("This needs the scope `approve`. Log in.", code="missing_scope")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / ".sempre").mkdir()
    monkeypatch.delenv(authority.VARIABLE, raising=False)
    authority.take_from(None)
    return Home(tmp_path)


def terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    asked: list[str] = []

    def prompt(text: str, *, hide_input: bool, err: bool) -> str:
        assert (hide_input, err) == (True, True)
        asked.append(text)
        return answer

    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(sys, stream, SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(typer, "prompt", prompt)
    return asked


def test_a_terminal_is_asked_and_shows_nothing_of_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = terminal(monkeypatch, " sempre_token_x \n")
    assert authority.shown(home, REFUSAL) == "sempre_token_x"
    assert "login link" in asked[0]


def test_the_file_goes_before_the_variable_and_that_before_the_terminal(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = terminal(monkeypatch, "typed")
    monkeypatch.setenv(authority.VARIABLE, "from the variable")
    assert authority.shown(home, REFUSAL) == "from the variable"
    file = tmp_path / "mine"
    file.write_text("from the file\n")
    authority.take_from(file)
    assert authority.shown(home, REFUSAL) == "from the file"
    authority.take_from(None)
    assert asked == []


@pytest.mark.parametrize("answer", ["", "   "])
def test_without_any_it_says_what_is_missing_and_every_way_to_get_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    terminal(monkeypatch, answer)
    with pytest.raises(RefusedError) as refused:
        authority.shown(home, REFUSAL)
    assert refused.value.code == "missing_scope"
    assert refused.value.message.startswith("This needs the scope `approve`. ")
    for way in ("SEMPRE_TOKEN", "--token-file", "Settings, Tokens", "sempre token create"):
        assert way in refused.value.message


@pytest.mark.parametrize("name", ["token", "link-to-it"])
def test_sempres_own_files_are_refused_also_through_a_link(home: Home, name: str) -> None:
    own = home.state / "token"
    own.write_text("sempre_local_x")
    file = own if name == "token" else home.path / name
    if file != own:
        file.symlink_to(own)
    authority.take_from(file)
    with pytest.raises(RefusedError, match="own files"):
        authority.shown(home, REFUSAL)
    authority.take_from(None)
