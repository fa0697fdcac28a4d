"""Statements that come again give what SQLAlchemy gives."""

import gc
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, StatementError

from sempre.contract.messages import TurnState
from sempre.db import Database, StoreConflictError
from sempre.db.embedded import Readers
from sempre.db.prepared import Result, Statements
from sempre.db.tables import channels, counters, turns

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
TIMES = 4  # the first goes through SQLAlchemy, and is one of its results; the third does not


@pytest.fixture
async def db(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'prepared.sqlite')}")
    yield db
    await db.close()


def statements(db: Database) -> Statements:
    assert isinstance(db._reader, Readers)
    return db._reader.file.statements


async def open_channel(db: Database) -> None:
    row = {"id": "files:ana", "state": "open", "next_seq": 1, "next_number": 1}
    async with db.transaction() as session:
        await session.execute(channels.insert().values(**row, session_started=False, created_at=AT))


def turn(number: int, state: TurnState = TurnState.QUEUED) -> dict[str, object]:
    return {
        "id": f"t{number}",
        "channel": "files:ana",
        "seq": number,
        "number": number,
        "external_id": f"e{number}",
        "state": state,
        "cancel_requested": number % 2 == 0,
        "origin": "{}",
        "prompt": b"sealed",
        "workflow": f"w{number}",
        "attempts": 0,
        "errors": 0,
        "transient_errors": 0,
        "forgotten_attempts": 0,
        "received_at": AT,
    }


async def test_each_reads_the_same(db: Database) -> None:
    await open_channel(db)
    insert = turns.insert()
    async with db.transaction() as session:
        for number in range(TIMES):
            await session.execute(insert, [turn(2 * number), turn(2 * number + 1)])
    read = sa.select(turns, turns.c.finished_at.is_(None)).where(
        turns.c.seq == sa.bindparam("seq"), turns.c.state == TurnState.QUEUED
    )
    kinds: list[bool] = []
    async with db.reading() as session:
        for number in range(TIMES):
            result = await session.execute(read, {"seq": number})
            kinds.append(isinstance(result, Result))
            row = result.one()
            assert row.seq == number
            assert row._mapping[turns.c.seq] == number
            assert row.state == TurnState.QUEUED
            assert row.cancel_requested is (number % 2 == 0)
            assert row.received_at == AT
            assert row.finished_at is None
            assert row.prompt == b"sealed"
            assert row[-1] in (True, 1)
            assert len(row) == len(turns.c) + 1
    assert (kinds[0], kinds[-1]) == (False, True)


async def test_the_parts_of_a_result_are_those_of_sqlalchemys(db: Database) -> None:
    read = sa.select(counters.c.name, counters.c.value).order_by(counters.c.name)
    async with db.transaction() as session:
        await session.execute(counters.insert(), [{"name": n, "value": 1} for n in "ab"])
        for _ in range(TIMES):
            assert (await session.execute(read)).all() == [("a", 1), ("b", 1)]
            assert (await session.execute(read)).first() == ("a", 1)
            assert list((await session.execute(read)).scalars()) == ["a", "b"]
            assert list(await session.scalars(read)) == ["a", "b"]
            assert await session.scalar(read) == "a"
            assert [dict(each) for each in (await session.execute(read)).mappings()] == [
                {"name": "a", "value": 1},
                {"name": "b", "value": 1},
            ]
            with pytest.raises(MultipleResultsFound):
                (await session.execute(read)).one_or_none()


async def test_what_is_set_depends_on_what_is_given(db: Database) -> None:
    """One statement, other columns: each is a statement of its own."""
    update = counters.update().where(counters.c.name == sa.bindparam("which"))
    async with db.transaction() as session:
        await session.execute(counters.insert(), [{"name": n, "value": 1} for n in "ab"])
        for _ in range(TIMES):
            result = await session.execute(update, {"which": "a", "value": 5})
            assert result.rowcount == 1
            assert (await session.execute(update, {"which": "no", "value": 5})).rowcount == 0
            await session.execute(update, {"which": "b", "name": "c"})
            await session.execute(update, {"which": "c", "name": "b"})
        rows = await session.execute(sa.select(counters).order_by(counters.c.name))
        assert rows.all() == [("a", 5), ("b", 1)]


async def test_what_is_given_back_while_it_is_written(db: Database) -> None:
    insert = sqlite.insert(counters)
    count = (
        insert.values(name="n", value=sa.bindparam("by"))
        .on_conflict_do_update(
            index_elements=[counters.c.name], set_={"value": counters.c.value + sa.bindparam("by")}
        )
        .returning(counters.c.value)
    )
    async with db.transaction() as session:
        given = [(await session.execute(count, {"by": 2})).scalar_one() for _ in range(TIMES)]
    assert given == [2, 4, 6, 8]


async def test_a_list_of_any_length_is_not_kept(db: Database) -> None:
    read = sa.select(counters.c.name).where(
        counters.c.name.in_(sa.bindparam("names", expanding=True))
    )
    async with db.transaction() as session:
        await session.execute(counters.insert(), [{"name": n, "value": 1} for n in "abc"])
        for wanted in (["a"], ["a", "b"], [], ["a", "b", "c"]):
            found = await session.scalars(read, {"names": wanted})
            assert sorted(found) == wanted


async def test_an_error_says_which_and_hides_the_values(db: Database) -> None:
    insert = counters.insert()
    for number in range(TIMES):
        async with db.transaction() as session:
            await session.execute(insert, {"name": f"n{number}", "value": 1})
    with pytest.raises(StoreConflictError) as caught:
        async with db.transaction() as session:
            await session.execute(insert, {"name": "n1", "value": 424242})
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "424242" not in str(caught.value.__cause__)


async def test_a_value_that_is_missing_is_said(db: Database) -> None:
    read = sa.select(counters).where(counters.c.name == sa.bindparam("which"))
    async with db.reading() as session:
        for _ in range(TIMES):
            assert (await session.execute(read, {"which": "a"})).all() == []
        for _ in range(TIMES):
            with pytest.raises(StatementError, match="which"):
                await session.execute(read, {"other": "a"})


async def test_it_is_forgotten_with_its_statement(db: Database) -> None:
    async def read(number: int) -> None:
        once = sa.select(counters).where(counters.c.value == number)
        async with db.reading() as session:
            for _ in range(TIMES):
                await session.execute(once)

    for number in range(50):
        await read(number)
    gc.collect()
    assert len(statements(db)._prepared) <= 1, "SQLAlchemy itself keeps the first of its shape"
    assert len(statements(db)._seen) <= 1
