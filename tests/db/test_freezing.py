"""Only Postgres: on SQLite there is no other process."""

import asyncio

import pytest
import sqlalchemy as sa

from sempre.db import Database, freezing
from sempre.db.database import StoreUnavailableError
from sempre.db.tables import counters
from tests.support.patience import PATIENCE
from tests.support.store import Store

ADDRESS = sa.make_url("postgresql://sempre@here/sempre")
OURS = "-c idle_in_transaction_session_timeout"
VALUE = sa.select(counters.c.value).where(counters.c.name == "n")


def test_what_the_address_asks_for_counts_more() -> None:
    assert freezing.bounded(ADDRESS) == {"options": f"{OURS}=30000"}
    assert freezing.bounded(ADDRESS, 4.5) == {"options": f"{OURS}=4500"}
    asked = "-c search_path=mine"
    address = ADDRESS.update_query_dict({"options": asked})
    assert freezing.bounded(address, 1) == {"options": f"{OURS}=1000 {asked}"}


async def become(db: Database, value: int) -> None:
    async with db.transaction() as session:
        change = counters.update().where(counters.c.name == "n").values(value=value)
        await session.execute(change)


async def freeze(db: Database, locked: asyncio.Event, awake: asyncio.Event) -> None:
    """As a process does that is stopped in the middle of a transaction."""
    async with db.transaction() as session:
        await session.execute(counters.update().values(value=1))
        locked.set()
        await awake.wait()
        await session.execute(VALUE)


@pytest.mark.postgres
@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_what_a_frozen_process_has_locked_comes_free(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with store.db.transaction() as session:
        await session.execute(counters.insert().values(name="n", value=0))
    monkeypatch.setattr(freezing, "LONGEST_SECONDS", 0.2)
    frozen, locked, awake = Database(store.url), asyncio.Event(), asyncio.Event()
    sleeper = asyncio.ensure_future(freeze(frozen, locked, awake))
    await locked.wait()
    async with asyncio.timeout(PATIENCE):
        await become(store.db, 2)
    awake.set()
    with pytest.raises(StoreUnavailableError, match="nothing was changed"):
        await sleeper
    async with frozen.reading() as session:  # on a connection that was made anew
        assert await session.scalar(VALUE) == 2
    await frozen.close()
