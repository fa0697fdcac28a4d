"""The launch that makes the engine's tables on Postgres, beside other work of the same process."""

import asyncio

import psycopg
import pytest

from sempre.durable import Engine, EngineSettings
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.postgres
_WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%concurrently%'"


async def test_it_waits_for_an_open_transaction_and_the_loop_goes_on_meanwhile(
    bare_postgres_url: str,
) -> None:
    """Indexes that are made concurrently wait for it; were the loop held up, both would wait for ever."""
    engine = Engine(EngineSettings(database_url=bare_postgres_url, node="n1"))
    async with (
        asyncio.timeout(PATIENCE),
        await psycopg.AsyncConnection.connect(bare_postgres_url) as busy,
        await psycopg.AsyncConnection.connect(bare_postgres_url, autocommit=True) as looking,
    ):
        await busy.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await busy.execute("select 1 from pg_class")
        launching = asyncio.create_task(engine.launch())
        while await (await looking.execute(_WAITING)).fetchone() == (0,):
            assert not launching.done(), launching
            await asyncio.sleep(0.05)
        await busy.rollback()
        await launching
    await engine.close()
