"""The driver that runs SQLite's statements in the event loop."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sempre.db import Database, StoreConflictError
from sempre.db.tables import counters

_COUNT_TO_A_MILLION = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
    " SELECT max(i) FROM n"
)


@pytest.fixture
def copied(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "embedded.sqlite"))


@pytest.fixture
async def db(copied: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite:///{copied}")
    yield db
    await db.close()


async def names(db: Database) -> list[str]:
    async with db.reading() as session:
        return list(await session.scalars(sa.select(counters.c.name).order_by(counters.c.name)))


async def add(db: Database, name: str) -> None:
    async with db.transaction() as session:
        await session.execute(counters.insert().values(name=name, value=1))


async def test_rows_outlast_the_block_that_read_them(db: Database) -> None:
    await add(db, "a")
    await add(db, "b")
    async with db.reading() as session:
        rows = await session.execute(sa.select(counters.c.name).order_by(counters.c.name))
    assert [row.name for row in rows] == ["a", "b"]


async def test_many_rows_are_written_by_one_statement(db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(counters.insert(), [{"name": n, "value": 1} for n in "abc"])
    assert await names(db) == ["a", "b", "c"]


async def test_the_loop_goes_on_while_another_process_holds_the_lock(db: Database) -> None:
    await add(db, "a")
    other = sqlite3.connect(str(db.path), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(add(db, "b"))
    beats = 0
    while beats < 20:
        await asyncio.sleep(0.01)
        beats += 1
    assert not writing.done()
    assert await names(db) == ["a"]
    other.execute("COMMIT")
    other.close()
    await writing
    assert await names(db) == ["a", "b"]


async def test_a_writer_that_is_cancelled_while_it_waits_leaves_no_lock_behind(
    db: Database,
) -> None:
    await add(db, "a")
    other = sqlite3.connect(str(db.path), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(add(db, "b"))
    await asyncio.sleep(0.2)
    writing.cancel()
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await writing
    other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    other.close()
    await add(db, "c")
    assert await names(db) == ["a", "c"]


async def test_one_that_is_cancelled_while_it_commits_is_whole_or_not_there(db: Database) -> None:
    for at in range(30):
        writing = asyncio.create_task(add(db, f"{at:02}"))
        for _ in range(at % 6):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await add(db, "last")
    assert "last" in await names(db)


async def test_a_scan_runs_in_a_thread_of_its_own(db: Database) -> None:
    beats = 0
    done = asyncio.Event()

    async def beat() -> None:
        nonlocal beats
        while not done.is_set():
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    async with db.scanning() as session:
        assert await session.scalar(_COUNT_TO_A_MILLION) == 1_000_000
    done.set()
    await beating
    assert beats > 10, "the loop stood still"


HALF_IMPORTED = """
import asyncio, enum, sys
from sempre.loading import later
from sempre.cli.up import FIRST_USED_LATER

with later(*FIRST_USED_LATER):
    from sempre.db import Database
    from sempre.db.tables import counters


class Word(enum.StrEnum):
    ONE = "one"


async def compare():
    while True:
        counters.c.name == Word.ONE
        await asyncio.sleep(0)


async def main():
    assert "sqlalchemy.orm" not in sys.modules
    db = Database(sys.argv[1])
    comparing = asyncio.create_task(compare())
    await asyncio.sleep(0)
    await db.prepare_scans()
    await asyncio.sleep(0)
    assert "sqlalchemy.orm" in sys.modules
    assert not comparing.done(), comparing.exception()
    await db.close()


asyncio.run(main())
"""


def test_statements_are_made_while_what_scans_need_is_imported(
    copied: Path, clean_environment: dict[str, str]
) -> None:
    """A half-imported ORM breaks every one that compares with an enum."""
    done = subprocess.run(
        [sys.executable, "-c", HALF_IMPORTED, f"sqlite:///{copied}"],
        env=clean_environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


async def test_nothing_is_left_running_after_close(db: Database) -> None:
    await add(db, "a")
    async with db.scanning() as session:
        await session.execute(sa.select(counters.c.name))
    await db.close()
    left = [each.name for each in threading.enumerate() if "aiosqlite" in each.name.lower()]
    assert left == []


async def test_a_block_that_fails_leaves_nothing_behind(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as session:
            await session.execute(counters.insert().values(name="a", value=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await add(db, "b")
    with pytest.raises(StoreConflictError):
        await add(db, "b")
    await add(db, "c")
    assert await names(db) == ["b", "c"]


async def test_writers_go_in_the_order_in_which_they_came(db: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with db.transaction():
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(write(number) for number in range(10)))
    assert order == list(range(10))


async def test_only_what_is_to_last_waits_for_the_disk(db: Database) -> None:
    told: list[int] = []
    for lasting in (False, True):
        async with db.transaction(lasting=lasting) as session:
            await session.execute(counters.insert().values(name=f"{lasting}", value=1))
            told.append((await session.exec_driver_sql("PRAGMA synchronous")).scalar_one())
    assert told == [1, 2]  # NORMAL, FULL
    assert await names(db) == ["False", "True"]


async def test_one_in_use_when_the_database_closes_works_on_and_is_closed_after(
    db: Database,
) -> None:
    await add(db, "a")
    async with db.reading() as session:
        await db.close()
        assert await session.scalar(sa.select(counters.c.name)) == "a"
    assert await names(db) == ["a"]
    await db.close()
    assert db.path is not None
    assert not db.path.with_name(f"{db.path.name}-wal").exists(), "a connection is still open"
