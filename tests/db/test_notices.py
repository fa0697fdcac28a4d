import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from sempre.db import Database
from sempre.db.notices import Notices, notify
from tests.support.patience import Looks, until

pytestmark = pytest.mark.postgres
# Who broke off while it connected is there until the server loses its patience: a minute.
STARTING = "SELECT backend_type, state FROM pg_stat_activity WHERE state = 'starting'"


@pytest.fixture
async def db(postgres_url: str) -> AsyncIterator[Database]:
    db = Database(postgres_url)
    yield db
    await db.close()


async def test_a_notice_is_heard_once_its_transaction_has_committed(db: Database) -> None:
    heard: list[str] = []
    notices = Notices(db)
    notices.on("topic", heard.append)
    notices.open()
    await until(lambda: heard == [""])
    with pytest.raises(ZeroDivisionError):
        await break_off(db)
    async with db.transaction() as session:
        await notify(session, "topic", "committed")
        await asyncio.sleep(0.1)
        assert heard == [""]
    await until(lambda: len(heard) == 2)
    assert heard == ["", "committed"]
    await notices.close()


async def test_a_topic_that_is_added_while_it_listens_is_heard_too(db: Database) -> None:
    first: list[str] = []
    second: list[str] = []
    notices = Notices(db)
    notices.on("first", first.append)
    notices.open()
    await until(lambda: first == [""])
    notices.on("second", second.append)
    await until(lambda: second == [""])
    notices.say("second", "x")
    notices.say("first", "y")
    await until(lambda: second[-1] == "x" and first[-1] == "y")
    await notices.close()


async def break_off(db: Database) -> None:
    async with db.transaction() as session:
        await notify(session, "topic", "rolled back")
        raise ZeroDivisionError


async def test_on_sqlite_there_is_nobody_to_tell(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    async with db.transaction() as session:
        await notify(session, "topic", "anything")
    notices = Notices(db)
    notices.open()
    await notices.close()
    await db.close()


async def test_who_stops_while_a_topic_is_being_added_leaves_no_connection_half_open(
    db: Database,
) -> None:
    for milliseconds in range(20):  # at one of these moments it has begun to connect
        notices = Notices(db)
        notices.open()
        await asyncio.sleep(milliseconds / 1000)
        notices.on("topic", lambda _payload: None)
        await asyncio.sleep(0)  # the connection before is being ended
        await asyncio.sleep(0)
        await notices.close()
    async with await psycopg.AsyncConnection.connect(db.url, autocommit=True) as connection:
        started: list[tuple[str | None, ...]] = []

        async def looked() -> None:
            found = await connection.execute(STARTING)
            started[:] = await found.fetchall()

        with_patience = Looks(10, lambda: f"still there: {started}")
        await looked()
        while started:
            await asyncio.sleep(with_patience.pause())
            await looked()
