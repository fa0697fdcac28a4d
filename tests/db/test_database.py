import asyncio
import sqlite3
from pathlib import Path
from typing import cast

import psycopg
import pytest
import sqlalchemy as sa

from sempre.db import Database, StoreConflictError
from sempre.db.database import StoreUnavailableError
from sempre.db.tables import counters
from sempre.errors import UnavailableError
from tests.support.patience import PATIENCE
from tests.support.store import Store


async def add(store: Store, name: str, value: int) -> None:
    async with store.db.transaction() as session:
        await session.execute(counters.insert().values(name=name, value=value))


async def values(store: Store) -> dict[str, int]:
    async with store.db.reading() as session:
        rows = await session.execute(sa.select(counters.c.name, counters.c.value))
        return {row[0]: row[1] for row in rows}


async def test_a_block_that_fails_changes_nothing(store: Store) -> None:
    async def break_off() -> None:
        async with store.db.transaction() as session:
            await session.execute(counters.insert().values(name="a", value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert "a" not in await values(store)


async def test_writers_queue_and_none_is_turned_away(store: Store) -> None:
    await add(store, "n", 0)

    async def increment() -> None:
        async with store.db.transaction() as session:
            await session.execute(
                counters.update().where(counters.c.name == "n").values(value=counters.c.value + 1)
            )

    await asyncio.gather(*(increment() for _ in range(60)))
    assert (await values(store))["n"] == 60


async def test_readers_are_not_held_up_by_a_writer(store: Store) -> None:
    await add(store, "n", 1)
    async with store.db.transaction() as session:
        await session.execute(counters.update().where(counters.c.name == "n").values(value=2))
        async with asyncio.timeout(PATIENCE):
            assert (await values(store))["n"] == 1, "what is not committed is not seen"
    assert (await values(store))["n"] == 2


async def test_the_same_key_twice_is_a_conflict(store: Store) -> None:
    await add(store, "a", 1)
    with pytest.raises(StoreConflictError):
        await add(store, "a", 2)


async def test_a_database_that_does_not_answer_is_unavailable() -> None:
    db = Database("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(UnavailableError):
        async with db.reading():
            pass
    await db.close()


async def test_a_full_database_is_unavailable_and_loses_nothing_of_before(
    migrated_file: Path, tmp_path: Path
) -> None:
    import shutil

    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'full.sqlite')}"
    db = Database(url)
    async with db.transaction() as session:
        await session.execute(counters.insert().values(name="before", value=1))

    async def fill_up() -> None:
        async with db.transaction() as session:
            await session.execute(sa.text("PRAGMA max_page_count = 1"))
            for at in range(2000):
                await session.execute(counters.insert().values(name=f"{at:0300}", value=at))

    with pytest.raises(StoreUnavailableError, match="free space"):
        await fill_up()
    async with db.reading() as session:
        names = list(await session.scalars(sa.select(counters.c.name)))
    assert names == ["before"]
    await db.close()


async def test_a_locked_file_is_waited_for(migrated_file: Path, tmp_path: Path) -> None:
    import shutil

    path = shutil.copy(migrated_file, tmp_path / "locked.sqlite")
    db = Database(f"sqlite:///{path}")
    async with db.reading():  # makes it a WAL file
        pass
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with db.transaction() as session:
            await session.execute(counters.insert().values(name="late", value=1))

    writing = asyncio.ensure_future(write())
    await asyncio.sleep(0.2)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(PATIENCE):
        await writing
    await db.close()


async def test_an_embedded_database_is_kept_for_a_power_cut(
    migrated_file: Path, tmp_path: Path
) -> None:
    import shutil

    db = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'x.sqlite')}")
    async with db.transaction() as session:
        pragmas = {
            name: (await session.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    await db.close()


@pytest.mark.postgres
async def test_connections_that_postgres_cut_are_made_anew(postgres_url: str) -> None:
    db = Database(postgres_url)
    async with db.reading() as session:
        await session.execute(sa.text("SELECT 1"))
    other = Database(postgres_url)
    async with other.transaction() as session:
        await session.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    async with db.reading() as session:
        assert (await session.execute(sa.text("SELECT 2"))).scalar_one() == 2
    await db.close()
    await other.close()


@pytest.mark.postgres
async def test_what_is_in_use_or_asked_for_when_it_closes_is_closed_when_given_back(
    postgres_url: str,
) -> None:
    db = Database(postgres_url)
    async with db.reading() as session:
        in_use = (await session.get_raw_connection()).driver_connection
        await db.close()
        assert await session.scalar(sa.text("SELECT 1")) == 1
    async with db.reading() as session:
        late = (await session.get_raw_connection()).driver_connection
        assert await session.scalar(sa.text("SELECT 1")) == 1
    assert [cast("psycopg.AsyncConnection", each).closed for each in (in_use, late)] == [True] * 2
    await db.close()


@pytest.mark.postgres
async def test_what_died_while_it_lay_idle_is_replaced_unseen(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its end is not heard, as when a network goes away.
    monkeypatch.setattr("sempre.db.pinging._has_news", lambda _entry: False)
    monkeypatch.setattr("sempre.db.pinging._IDLE_SECONDS", 0.0)
    db = Database(postgres_url)
    async with db.reading() as session:
        before = await session.scalar(sa.text("SELECT pg_backend_pid()"))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (before,))
    async with db.reading() as session:
        assert await session.scalar(sa.text("SELECT pg_backend_pid()")) != before
    await db.close()
