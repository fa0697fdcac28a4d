"""Which folder a Sempre lives in, and that it is one's own."""

from pathlib import Path

import pytest

from sempre.home import ENVIRONMENT_NAME, Home


def test_the_one_given_goes_before_the_environment_and_that_before_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(ENVIRONMENT_NAME, raising=False)
    assert Home.find(None).path == tmp_path
    monkeypatch.setenv(ENVIRONMENT_NAME, str(tmp_path / "named"))
    assert Home.find(None).path == tmp_path / "named"
    assert Home.find(Path("given")).path == tmp_path / "given"


def test_what_is_private_is_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    assert home.state.stat().st_mode & 0o077 == 0
    assert {each.name for each in home.path.iterdir()} == {
        ".output",
        ".queue",
        ".sempre",
        "workspaces",
    }


def test_a_home_keeps_its_name_and_its_rehearsal_has_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for each in (home, home.rehearsal):
        each.make()
    assert home.node() == Home(tmp_path).node()
    assert home.rehearsal.node() != home.node()
    assert home.rehearsal.database != home.database
