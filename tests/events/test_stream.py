import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from sempre.events import Filter, Stream
from sempre.events import stream as stream_module
from tests.support.patience import PATIENCE
from tests.support.store import Store

ALL = Filter()
ONE, OTHER = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"


@pytest.fixture
def stream(store: Store) -> Stream:
    stream = Stream(store.log, coalesce_ms=5)
    store.log.watch(stream)
    return stream


def tell(store: Store, count: int, turn_id: str = ONE) -> None:
    for n in range(count):
        store.log.append("turn.text", {"n": n}, channel="files:a", turn_id=turn_id)


async def read(frames: AsyncIterator[tuple[int, list[bytes]]], count: int) -> list[dict[str, Any]]:
    """Until so many events came; signs of life are passed over."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        async for last, encoded in frames:
            events = [msgspec.json.decode(each) for each in encoded]
            assert not events or last == events[-1]["id"]
            seen += events
            if len(seen) >= count:
                break
    return seen


async def test_the_missed_and_the_new_come_without_gap_or_double(
    store: Store, stream: Stream
) -> None:
    tell(store, 1500)
    await store.log.flushed()
    reading = asyncio.ensure_future(read(stream.frames(100, ALL), 2400))
    for _ in range(100):
        tell(store, 10)
        await asyncio.sleep(0.001)
    seen = await reading
    assert [event["id"] for event in seen] == list(range(101, 101 + len(seen)))


async def test_watchers_that_come_at_any_moment_see_the_same(store: Store, stream: Stream) -> None:
    readers: list[asyncio.Task[list[dict[str, Any]]]] = []
    for _ in range(20):
        tell(store, 25)
        readers.append(asyncio.ensure_future(read(stream.frames(0, ALL), 500)))
        await asyncio.sleep(0.003)
    for reader in readers:
        assert [event["id"] for event in await reader] == list(range(1, 501))


async def test_a_slow_watcher_is_not_buffered_without_end_and_catches_up(
    store: Store, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "_BUFFER", 50)
    monkeypatch.setattr(stream_module, "_PAGE", 100)
    frames = stream.frames(0, ALL)
    tell(store, 1)
    assert len(await read(frames, 1)) == 1
    seen = 1
    (connection,) = stream._connections
    for _ in range(30):  # it does not read meanwhile
        tell(store, 20)
        await store.log.flushed()
        assert len(connection._buffer) <= 50
    assert connection.behind
    ids = [event["id"] for event in await read(frames, 600)]
    assert ids == list(range(seen + 1, seen + 601))
    tell(store, 3)
    assert [event["id"] for event in await read(frames, 3)] == [602, 603, 604]


async def test_a_slow_watcher_costs_the_others_nothing(
    store: Store, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "_BUFFER", 10)
    slow, quick = stream.frames(0, ALL), stream.frames(0, ALL)
    tell(store, 1)
    await read(slow, 1)
    reading = asyncio.ensure_future(read(quick, 301))
    for _ in range(100):
        tell(store, 3)
        await asyncio.sleep(0.002)
    assert [event["id"] for event in await reading] == list(range(1, 302))


async def test_a_filter_lets_through_what_was_asked_for_replayed_and_live(
    store: Store, stream: Stream
) -> None:
    tell(store, 3, ONE)
    tell(store, 3, OTHER)
    await store.log.flushed()
    frames = stream.frames(0, Filter(turn_id=OTHER))
    assert {event["turn_id"] for event in await read(frames, 3)} == {OTHER}
    tell(store, 3, ONE)
    tell(store, 2, OTHER)
    assert [event["seq"] for event in await read(frames, 2)] == [4, 5]


async def test_what_happens_close_together_comes_together(store: Store) -> None:
    stream = Stream(store.log, coalesce_ms=500)
    store.log.watch(stream)
    frames = stream.frames(0, ALL)
    waiting = asyncio.ensure_future(anext(frames))
    for _ in range(20):
        tell(store, 1)
        await asyncio.sleep(0.002)
    _, together = await waiting
    assert len(together) >= 10


async def test_silence_is_a_sign_of_life(store: Store, stream: Stream) -> None:
    frames = stream.frames(7, ALL, heartbeat=0.01)
    assert [await anext(frames) for _ in range(2)] == [(7, []), (7, [])]


async def test_closing_ends_every_connection(store: Store, stream: Stream) -> None:
    async def drain() -> None:
        async for _ in stream.frames(0, ALL):
            pass

    watching = [asyncio.ensure_future(drain()) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert stream.watchers == 3
    stream.close()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*watching)
    assert stream.watchers == 0


async def test_a_connection_that_ends_is_let_go(store: Store, stream: Stream) -> None:
    frames = stream.frames(0, ALL)
    tell(store, 1)
    await anext(frames)
    assert stream.watchers == 1
    await frames.aclose()
    assert stream.watchers == 0
