"""Databases that were started on before: neither the application nor the engine has tables to make."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sempre.home import Home
from tests.support.postgres import new_database


@pytest.fixture(autouse=True)
def used_home(tmp_path: Path, furnish: Callable[[Home], None]) -> Home:
    """Where a workshop opens."""
    home = Home(tmp_path / "home")
    furnish(home)
    return home


@pytest.fixture
def sqlite_url(migrated_file: Path, engine_file: Path, tmp_path: Path) -> str:
    shutil.copy(engine_file, tmp_path / "engine.sqlite")
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.sqlite')}"


@pytest.fixture
def postgres_url(postgres_server: str, house_template: str) -> Iterator[str]:
    with new_database(postgres_server, house_template) as url:
        yield url
