"""What a person makes of a text in their editor."""

import sys
from pathlib import Path

import pytest

from sempre.cli.editor import edited
from sempre.errors import InvalidError, MisconfiguredError


def _editor(tmp_path: Path, code: str) -> str:
    script = tmp_path / "an editor.py"
    script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}\n")
    return f"{sys.executable} '{script}'"


def test_what_they_wrote_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    code = "path.write_text(path.read_text().replace('production', 'staging'))"
    monkeypatch.setenv("EDITOR", _editor(tmp_path, code))
    assert edited('{"to": "production"}', suffix=".json") == '{"to": "staging"}'


@pytest.mark.parametrize("code", ["pass", "path.write_text('x'); sys.exit(1)"])
def test_nothing_changed_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", _editor(tmp_path, code))
    with pytest.raises(InvalidError):
        edited("{}", suffix=".json")


def test_without_an_editor_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MisconfiguredError, match="EDITOR"):
        edited("{}", suffix=".json")
