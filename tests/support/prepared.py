"""Databases that have all their tables already, to be copied: making them would cost most of a test's time."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sempre import crypto
from sempre.durable import Engine, EngineSettings
from sempre.home import Home
from tests.support.postgres import new_database


@pytest.fixture(scope="session")
def engine_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the engine's tables alone."""
    path = tmp_path_factory.mktemp("engine") / "engine.sqlite"
    _make(f"sqlite:///{path}")
    assert [each.name for each in path.parent.iterdir()] == [path.name], "one file holds it all"
    return path


@pytest.fixture(scope="session")
def engine_template(postgres_server: str) -> Iterator[str]:
    """The name of a Postgres database with the engine's tables alone."""
    yield from _template(postgres_server)


@pytest.fixture(scope="session")
def house_template(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """The name of a Postgres database at head, with the engine's tables."""
    yield from _template(postgres_server, migrated_template)


@pytest.fixture(scope="session")
def furnish(migrated_file: Path, engine_file: Path) -> Callable[[Home], None]:
    """Gives a home what the first start leaves in it: a key, and databases with their tables."""

    def put(home: Home) -> None:
        home.make()
        crypto.load(home.key, data_exists=False)
        shutil.copy(migrated_file, home.database)
        shutil.copy(engine_file, home.engine_database)

    return put


def _template(server: str, *of: str) -> Iterator[str]:
    with new_database(server, *of) as url:
        _make(url)
        yield urlsplit(url).path.removeprefix("/")


def _make(url: str) -> None:
    """As the first start does. The node has no other process, so nobody waits for it."""

    async def launch() -> None:
        engine = Engine(EngineSettings(database_url=url, node="nobody", poll=60.0))
        await engine.launch()
        await engine.close()

    asyncio.run(launch())
