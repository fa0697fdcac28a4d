from collections.abc import AsyncIterator

import pytest

from sempre.db import Database


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[Database]:
    db = Database(migrated_url)
    yield db
    await db.close()
