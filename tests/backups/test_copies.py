"""What a stop of Sempre does to a backup that is being made."""

import asyncio
from pathlib import Path

import psutil
import pytest

from sempre.app import stores
from sempre.backups import Copies
from tests.support.homes import Lived, on_postgres
from tests.support.patience import until
from tests.support.postgres_programs import spoil


@pytest.mark.postgres
@pytest.mark.posix
async def test_a_stop_does_not_wait_for_a_long_copy_and_leaves_nothing_of_it(
    postgres_home: Lived, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    slow = spoil("pg_dump", tmp_path / "bin", f'echo $$ > "{begun}"; exec sleep 600')
    settings = on_postgres(postgres_home.url, slow)
    copies = Copies(
        folder=postgres_home.home.backups,
        source=stores.source(postgres_home.home, settings),
        keyring=postgres_home.keyring,
        keep=lambda: 1,
        tell=lambda kind, details: None,
    )
    making = asyncio.create_task(copies.create("scheduled"))
    await until(lambda: begun.exists() and bool(begun.read_text().strip()))
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert not psutil.pid_exists(int(begun.read_text()))
    assert list(postgres_home.home.backups.iterdir()) == []
    assert list(postgres_home.home.state.glob("pgpass*")) == []
