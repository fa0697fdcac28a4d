"""Where `pg_dump` and its like are for tests: those that fit the server they run on."""

import os

import pytest

from tests.support.postgres_server import installed_binaries


@pytest.fixture(scope="session")
def pg_bin() -> str:
    return pg_bin_of_tests()


def pg_bin_of_tests() -> str:
    """As the setting says it: the wheel's folder, empty (the PATH's) for a server that somebody named."""
    given = os.environ.get("SEMPRE_TEST_POSTGRES_URL")
    return "" if given else str(installed_binaries() / "bin")
