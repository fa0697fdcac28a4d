"""The API's house, on both databases (`house`) or on SQLite alone, where the database makes no difference."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sempre.api import (
    late_building,  # noqa: F401  # pyright: ignore[reportUnusedImport]  (before any route is declared, as a server does)
)
from tests.api.house import House, build
from tests.support.store import CHANNEL, Store, opened


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> House:
    await store.inbox.open(CHANNEL)
    return build(store, tmp_path)


@pytest.fixture
async def small_house(migrated_file: Path, tmp_path: Path) -> AsyncIterator[House]:
    """On SQLite alone."""
    path = tmp_path / "small.sqlite"
    shutil.copy(migrated_file, path)
    async with opened(f"sqlite:///{path}") as store:
        await store.inbox.open(CHANNEL)
        yield build(store, tmp_path)


@pytest.fixture
def small_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a SQLite database at head."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'small.sqlite')}"
