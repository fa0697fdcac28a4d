"""Two processes' worth of everything on one Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest

from sempre.db import schema
from sempre.db.notices import Notices
from sempre.events import Filter, Relay, Stream
from tests.events.test_stream import read, tell
from tests.support.patience import PATIENCE, until
from tests.support.store import Store, new_keyring, opened

pytestmark = pytest.mark.postgres


@dataclass
class Process:
    store: Store
    stream: Stream
    relay: Relay


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[list[Process]]:
    schema.ensure(postgres_url)
    keyring = new_keyring()
    async with AsyncExitStack() as stack:
        stores = [
            await stack.enter_async_context(opened(postgres_url, keyring=keyring)) for _ in range(2)
        ]
        yield [await stack.enter_async_context(started(store)) for store in stores]


@asynccontextmanager
async def started(store: Store) -> AsyncIterator[Process]:
    notices = Notices(store.db)
    relay = Relay(store.log, notices)
    stream = Stream(store.log, coalesce_ms=5)
    relay.watch(stream)
    notices.open()
    await relay.open()
    try:
        yield Process(store, stream, relay)
    finally:
        await relay.close()
        await notices.close()


async def listening(url: str) -> None:
    """Wait until both hear what the other says."""
    heard = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        await until(lambda: connection.execute(heard).rowcount == 2)


async def test_a_page_on_either_process_sees_everything_once_and_in_order(
    processes: list[Process],
) -> None:
    readers = [
        asyncio.ensure_future(read(process.stream.frames(0, Filter()), 1000))
        for process in processes
    ]
    for _ in range(100):
        for process in processes:
            tell(process.store, 5)
        await asyncio.sleep(0.002)
    for reader in readers:
        assert [event["id"] for event in await reader] == list(range(1, 1001))


async def test_events_come_at_once_not_with_a_poll(processes: list[Process]) -> None:
    here, there = processes
    await listening(here.store.url)
    frames = here.stream.frames(0, Filter(), heartbeat=PATIENCE)  # and nobody looks before
    waiting = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0.3)
    tell(there.store, 1)
    _, (event,) = await waiting
    assert b"turn.text" in event


async def test_what_was_written_while_the_connection_was_lost_is_delivered(
    processes: list[Process],
) -> None:
    here, there = processes
    frames = here.stream.frames(0, Filter())
    tell(there.store, 1)
    await read(frames, 1)
    await listening(here.store.url)
    with psycopg.connect(here.store.url, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        ).fetchone()
        assert cut is not None
        assert cut[0] == 2
    tell(there.store, 10)
    assert [event["id"] for event in await read(frames, 10)] == list(range(2, 12))
