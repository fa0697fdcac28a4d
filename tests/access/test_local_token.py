import stat
import sys
from pathlib import Path

import pytest

from sempre.access import LocalToken, Scope


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".sempre" / "token"


def test_it_is_new_at_each_start_and_the_old_one_is_worthless(path: Path) -> None:
    first = LocalToken(path)
    first.renew()
    old = path.read_text().strip()
    second = LocalToken(path)
    second.renew()
    new = path.read_text().strip()
    assert old != new
    assert (second.check(old), second.check(new) is not None) == (None, True)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another affair there")
def test_only_its_owner_reads_it_also_where_others_could_read_the_old_one(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o644)
    (path.parent / "token.new").write_text("left by a crash")
    LocalToken(path).renew()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["token"]


def test_it_operates_and_does_not_approve(path: Path) -> None:
    token = LocalToken(path)
    token.renew()
    principal = token.check(path.read_text().strip())
    assert principal is not None
    assert principal.scopes == {Scope.READ, Scope.OPERATE}


@pytest.mark.parametrize("guess", ["", "sempre_local_", "x" * 1000, "é\x00"])
def test_guesses_are_refused_before_and_after_it_was_made(path: Path, guess: str) -> None:
    token = LocalToken(path)
    assert token.check(guess) is None
    token.renew()
    assert token.check(guess) is None


def test_after_a_stop_it_opens_nothing(path: Path) -> None:
    token = LocalToken(path)
    token.renew()
    value = path.read_text().strip()
    token.remove()
    token.remove()
    assert (token.check(value), path.exists()) == (None, False)
