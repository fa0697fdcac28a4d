"""Postgres' programs are found, and those that do not do are told with what to install."""

from pathlib import Path

import pytest

from sempre.db.postgres import MissingProgramError, programs
from tests.support.postgres_programs import play_programs


def test_those_on_the_path_are_taken_and_the_setting_goes_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = play_programs(tmp_path / "path", version="18.1")
    monkeypatch.setenv("PATH", f"{on_path}:/usr/bin:/bin")
    found = programs.find("", server=16)
    assert (found.pg_dump.parent, found.psql.parent, found.major) == (on_path, on_path, 18)
    named = play_programs(tmp_path / "named", version="16.9 (Debian 16.9-1)")
    found = programs.find(str(named), server=16)
    assert (found.pg_restore, found.major) == (named / "pg_restore", 16)


def test_a_missing_one_is_told_with_the_packages_that_bring_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgramError, match="pg_dump and pg_restore and psql") as told:
        programs.find("", server=17)
    assert "on the PATH" in told.value.message
    assert "postgresql-client-17" in told.value.remedy
    folder = play_programs(tmp_path / "some", version="17.0")
    (folder / "psql").unlink()
    with pytest.raises(MissingProgramError, match=r"need psql, which is not in .*backups.pg_bin"):
        programs.find(str(folder), server=17)


def test_older_ones_than_the_server_are_refused(tmp_path: Path) -> None:
    folder = play_programs(tmp_path, version="15.18 (Debian 15.18-0+deb12u1)")
    with pytest.raises(MissingProgramError, match="is of Postgres 15 and cannot read") as told:
        programs.find(str(folder), server=18)
    assert told.value.code == "pg_dump_old"
    assert "postgresql-client-18" in told.value.remedy
    assert programs.find(str(folder), server=15).major == 15


def test_one_that_says_something_else_is_none(tmp_path: Path) -> None:
    folder = play_programs(tmp_path, says="#!/bin/sh\necho hello\n")
    with pytest.raises(MissingProgramError, match="does not say its version: hello"):
        programs.find(str(folder), server=16)
