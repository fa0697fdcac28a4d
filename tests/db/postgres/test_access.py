"""Programs get the password in a file of their own: not in their arguments, not in their environment."""

import os
import stat
from pathlib import Path

import pytest

from sempre.db.postgres.access import Access

PASSWORD = r"can:ary\0815 "
URL = "postgresql://me:can%3Aary%5C0815%20@db.lan:6543/books?sslmode=require"


def test_the_password_stands_in_a_private_file_while_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "of the parent")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ca.pem")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
    monkeypatch.setenv("SEMPRE_KEY", "canary")
    access = Access(url=URL, state=tmp_path)
    assert "0815" not in access.conninfo
    assert {"host=db.lan", "port=6543", "user=me", "dbname=books", "sslmode=require"} <= set(
        access.conninfo.split()
    )
    with access.environment() as environment:
        told = "\n".join(f"{name}={value}" for name, value in environment.items())
        assert "0815" not in told
        assert not {"PGPASSWORD", "ANTHROPIC_API_KEY", "SEMPRE_KEY"} & set(environment)
        assert environment["PGSSLROOTCERT"] == "/etc/ca.pem"
        file = Path(environment["PGPASSFILE"])
        assert file.read_text() == "*:*:*:*:can\\:ary\\\\0815 \n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []


def test_without_one_the_programs_look_where_the_database_library_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", "/home/me/.pgpass")
    with Access(url="postgresql://me@db.lan/books", state=tmp_path).environment() as environment:
        assert environment["PGPASSFILE"] == "/home/me/.pgpass"
        assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_goes_and_what_another_process_uses_stays(tmp_path: Path) -> None:
    left, used = tmp_path / "pgpass-left", tmp_path / "pgpass-used"
    for each in (left, used):
        each.mkdir()
        (each / "pgpass").touch()
    os.utime(left, (1, 1))
    with Access(url=URL, state=tmp_path).environment():
        assert (left.exists(), used.exists()) == (False, True)


def test_another_database_of_the_same_server(tmp_path: Path) -> None:
    other = Access(url=URL, state=tmp_path).to("drill")
    assert "dbname=drill" in other.conninfo
    assert "sslmode=require" in other.conninfo
    with other.environment() as environment:
        assert "0815" in Path(environment["PGPASSFILE"]).read_text()
