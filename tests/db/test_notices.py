import asyncio
from collections.abc import AsyncIterator

import pytest

from sempre.db import Database
from sempre.db.notices import Notices, notify
from tests.support.patience import until

pytestmark = pytest.mark.postgres


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
