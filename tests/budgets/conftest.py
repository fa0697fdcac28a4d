from collections.abc import AsyncIterator

import pytest

from sempre.db import Database
from sempre.events import Log
from tests.support.store import new_keyring


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[Database]:
    db = Database(migrated_url)
    yield db
    await db.close()


@pytest.fixture
async def log(db: Database) -> AsyncIterator[Log]:
    log = Log(db, new_keyring(), flush_ms=1)
    log.open()
    yield log
    await log.close()
