"""What every test can ask for. The parts live in tests/support, one file a subject."""

import signal
from pathlib import Path

import pytest

from tests.support import environment

pytest_plugins = [
    "tests.support.network",
    "tests.support.order",
    "tests.support.pages",
    "tests.support.postgres",
    "tests.support.postgres_programs",
    "tests.support.prepared",
    "tests.support.store",
    "tests.support.homes",  # stands on the others
]

environment.forget_personal_settings()

# A shell that runs this in the background makes it deaf to Ctrl-C, and so the commands whose answer to it is tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long forms out unless they are asked for: `make soak`, or `-m` with their name."""
    if "soak" not in config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """An environment for a child process, by allow-list, with an empty user directory; add to it."""
    home = tmp_path / "user"
    home.mkdir(exist_ok=True)
    return environment.allowed_environment(home)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An address of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; a test that asks for it runs on SQLite and on Postgres."""
    return request.getfixturevalue(f"{request.param}_url")
