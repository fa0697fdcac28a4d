"""Writers of an embedded database share commits; each of them is there whole, or not at all."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sempre.db import Database, StoreConflictError
from sempre.db.database import StoreUnavailableError
from sempre.db.tables import counters
from sempre.db.writer import Writer


@pytest.fixture
async def db(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'written.sqlite')}")
    yield db
    await db.close()


@pytest.fixture
async def told(db: Database) -> list[str]:
    """What the writer's connection is told from here on."""
    await add(db, "first")
    writer = db._writer
    assert isinstance(writer, Writer)
    assert writer._connection is not None
    statements: list[str] = []
    writer._connection.driver.set_trace_callback(statements.append)
    return statements


async def names(db: Database) -> list[str]:
    async with db.reading() as session:
        return list(await session.scalars(sa.select(counters.c.name).order_by(counters.c.name)))


async def add(db: Database, name: str, *, lasting: bool = True, fails: bool = False) -> None:
    async with db.transaction(lasting=lasting) as session:
        await session.execute(counters.insert().values(name=name, value=1))
        await asyncio.sleep(0)
        if fails:
            raise ArithmeticError(name)


async def test_those_that_come_while_one_writes_share_a_commit(
    db: Database, told: list[str]
) -> None:
    await asyncio.gather(*(add(db, f"{n:02}") for n in range(20)))
    assert told.count("COMMIT") <= 3
    assert await names(db) == [*(f"{n:02}" for n in range(20)), "first"]


async def test_one_alone_does_not_wait_for_company(db: Database, told: list[str]) -> None:
    for n in range(3):
        await add(db, f"{n}")
    assert told.count("COMMIT") == 3
    assert not any("SAVEPOINT" in each for each in told)


@pytest.mark.parametrize("failing", [{0}, {3}, {9}, {0, 1}, {2, 3, 9}, set(range(10))])
async def test_one_that_fails_takes_only_itself(db: Database, failing: set[int]) -> None:
    ended = await asyncio.gather(
        *(add(db, f"{n}", fails=n in failing) for n in range(10)), return_exceptions=True
    )
    assert {n for n, each in enumerate(ended) if isinstance(each, ArithmeticError)} == failing
    assert await names(db) == [f"{n}" for n in range(10) if n not in failing]


async def test_a_conflict_is_told_to_the_one_that_has_it(db: Database) -> None:
    ended = await asyncio.gather(
        *(add(db, name) for name in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert [type(each) for each in ended] == [
        type(None),
        type(None),
        StoreConflictError,
        type(None),
    ]
    assert await names(db) == ["a", "b", "c"]


@pytest.mark.parametrize("turns", range(12))
async def test_cancelled_at_any_moment_the_others_go_on(db: Database, turns: int) -> None:
    writing = [asyncio.create_task(add(db, f"{n}")) for n in range(8)]
    for _ in range(turns):
        await asyncio.sleep(0)
    for each in (writing[0], writing[3], writing[7]):
        each.cancel()
    ended = await asyncio.gather(*writing, return_exceptions=True)
    there = await names(db)
    for n, each in enumerate(ended):
        if not isinstance(each, asyncio.CancelledError):
            assert each is None
            assert f"{n}" in there
    await add(db, "last")
    assert "last" in await names(db)


async def test_what_lasts_does_not_join_what_does_not(db: Database, told: list[str]) -> None:
    await asyncio.gather(add(db, "a", lasting=False), add(db, "b"), add(db, "c", lasting=False))
    words = ("COMMIT", "PRAGMA")
    assert [each for each in told if each.startswith(words)] == [
        "PRAGMA synchronous=NORMAL",
        "COMMIT",
        "PRAGMA synchronous=FULL",
        "COMMIT",
    ]


async def test_when_the_commit_fails_all_that_share_it_are_told(db: Database) -> None:
    async with db.transaction() as session:
        for made in (
            "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
            "CREATE TABLE children (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        ):
            await session.exec_driver_sql(made)

    async def orphan() -> None:
        async with db.transaction() as session:
            await session.exec_driver_sql("INSERT INTO children VALUES (7)")

    await add(db, "before")
    ended = await asyncio.gather(add(db, "a"), orphan(), add(db, "b"), return_exceptions=True)
    assert [type(each) for each in ended] == [StoreUnavailableError] * 3
    await add(db, "after")
    assert await names(db) == ["after", "before"]


@pytest.mark.parametrize("raises", [True, False])
async def test_when_sqlite_gives_up_the_transaction_all_that_share_it_are_told(
    db: Database, told: list[str], raises: bool
) -> None:
    """As it may when the disk is full; the statement that met it may have been caught."""
    assert told is not None

    async def gives_up() -> None:
        async with db.transaction() as session:
            await session.exec_driver_sql("ROLLBACK")
            if raises:
                raise ArithmeticError

    ended = await asyncio.gather(add(db, "a"), gives_up(), add(db, "b"), return_exceptions=True)
    expected = ArithmeticError if raises else StoreUnavailableError
    assert [type(each) for each in ended] == [StoreUnavailableError, expected, type(None)]
    assert await names(db) == ["b", "first"]


async def test_closing_while_others_wait_loses_none(db: Database) -> None:
    writing = [asyncio.create_task(add(db, f"{n}")) for n in range(5)]
    await asyncio.sleep(0)
    await db.close()
    await asyncio.gather(*writing)
    assert await names(db) == [f"{n}" for n in range(5)]
