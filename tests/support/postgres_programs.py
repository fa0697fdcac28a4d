"""Where `pg_dump` and its like are for tests: those that fit the server they run on."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.postgres_server import installed_binaries


@pytest.fixture(scope="session")
def pg_bin() -> str:
    return pg_bin_of_tests()


def pg_bin_of_tests() -> str:
    """As the setting says it: the wheel's folder, empty (the PATH's) for a server that somebody named."""
    given = os.environ.get("SEMPRE_TEST_POSTGRES_URL")
    return "" if given else str(installed_binaries() / "bin")


def play_programs(folder: Path, *, version: str = "18.0", says: str = "") -> Path:
    """Scripts that play Postgres' programs: each says its version, or runs `says`."""
    folder.mkdir(exist_ok=True)
    for name in ("pg_dump", "pg_restore", "psql"):
        script = folder / name
        script.write_text(says or f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        script.chmod(0o755)
    return folder


def spoil(name: str, folder: Path, says: str) -> str:
    """The programs of these tests, one of which does as `says` unless it is asked for its version; `$REAL` is the
    real one."""
    folder.mkdir()
    for each in ("pg_dump", "pg_restore", "psql"):
        real = shutil.which(each, path=pg_bin_of_tests() or None)
        assert real is not None
        spoilt = says if each == name else 'exec "$REAL" "$@"'
        script = folder / each
        script.write_text(
            f'#!/bin/sh\nREAL="{real}"\n[ "$1" = --version ] && exec "$REAL" --version\n{spoilt}\n'
        )
        script.chmod(0o755)
    return str(folder)
