import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn

from sempre.api import create_app, events
from tests.api.house import House
from tests.support.patience import PATIENCE, until
from tests.support.store import CHANNEL


@dataclass
class Frame:
    id: int
    events: list[dict[str, Any]]


@asynccontextmanager
async def served(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A real server on loopback, and a client with the local token."""
    config = uvicorn.Config(create_app(house.parts), port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"authorization": f"Bearer {house.token}"}
    try:
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        house.parts.stream.close()
        server.should_exit = True
        await running


async def frames(answer: httpx2.Response) -> AsyncIterator[Frame]:
    """What an EventSource would hand to the page."""
    last, kind, data = 0, "", ""
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            last = int(value)
        elif name == "event":
            kind = value
        elif name == "data":
            data = value
        elif not line and data:
            assert kind == "events"
            yield Frame(last, json.loads(data))
            kind = data = ""


async def read(
    client: httpx2.AsyncClient, count: int, *, after: int | None = None, **query: str
) -> list[dict[str, Any]]:
    """Watch until so many events came."""
    params = {**query, **({} if after is None else {"after": str(after)})}
    seen: list[dict[str, Any]] = []
    async with client.stream("GET", "/api/events", params=params) as answer:
        assert answer.status_code == 200, await answer.aread()
        async for frame in frames(answer):
            assert frame.id == frame.events[-1]["id"]
            seen += frame.events
            if len(seen) >= count:
                return seen
    raise AssertionError(f"the stream ended after {seen}")


def tell(house: House, count: int, *, turn_id: str | None = None, channel: str = CHANNEL) -> None:
    for at in range(count):
        house.store.log.append("turn.text", {"text": f"{at}"}, channel=channel, turn_id=turn_id)


@pytest.fixture
def house(small_house: House) -> House:
    """What the stream owes to the database is tested with the log, on both."""
    return small_house


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await house.store.log.flushed()
    async with served(house) as each:
        yield each


async def test_the_stream_says_what_it_is(client: httpx2.AsyncClient) -> None:
    async with client.stream("GET", "/api/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"
        assert await anext(answer.aiter_lines()) == "retry: 1000"


async def test_what_was_missed_comes_first_then_what_happens_without_gap_or_double(
    house: House, client: httpx2.AsyncClient
) -> None:
    tell(house, 2500)
    await house.store.log.flushed()
    watching = asyncio.ensure_future(read(client, 5000, after=0))
    for _ in range(250):
        tell(house, 10)
        await asyncio.sleep(0.001)
    seen = await watching
    assert [event["id"] for event in seen] == list(range(1, len(seen) + 1))


async def test_without_a_cursor_it_begins_now(house: House, client: httpx2.AsyncClient) -> None:
    tell(house, 5)
    await house.store.log.flushed()
    before = await house.store.log.last_id()
    watching = asyncio.ensure_future(read(client, 1))
    await until(lambda: house.parts.stream.watchers == 1)
    await asyncio.sleep(0.05)
    tell(house, 1)
    (event,) = await watching
    assert event["id"] == before + 1


async def test_last_event_id_goes_before_the_address(
    house: House, client: httpx2.AsyncClient
) -> None:
    tell(house, 10)
    await house.store.log.flushed()
    client.headers["last-event-id"] = "8"
    assert [event["id"] for event in await read(client, 3, after=1)] == [9, 10, 11]


async def test_an_empty_last_event_id_counts_as_none(
    house: House, client: httpx2.AsyncClient
) -> None:
    tell(house, 3)
    await house.store.log.flushed()
    client.headers["last-event-id"] = ""
    assert [event["id"] for event in await read(client, 3, after=1)] == [2, 3, 4]


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "9" * 30])
async def test_an_odd_last_event_id_is_refused(client: httpx2.AsyncClient, value: str) -> None:
    answer = await client.get("/api/events", headers={"last-event-id": value})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


async def test_a_cursor_of_another_log_gets_what_comes_from_now_on(
    house: House, client: httpx2.AsyncClient
) -> None:
    tell(house, 3)
    await house.store.log.flushed()
    watching = asyncio.ensure_future(read(client, 1, after=1_000_000))
    await until(lambda: house.parts.stream.watchers == 1)
    await asyncio.sleep(0.05)
    tell(house, 1)
    assert [event["id"] for event in await watching] == [5]


async def test_a_watcher_of_one_turn_or_channel_gets_nothing_else(
    house: House, client: httpx2.AsyncClient
) -> None:
    one, other = await house.store.accept("a", "b")
    for turn_id in (one, other, one):
        tell(house, 1, turn_id=turn_id)
    await house.store.log.flushed()
    assert {event["turn_id"] for event in await read(client, 3, after=0, turn=one)} == {one}
    tell(house, 2, channel="files:else")
    found = await read(client, 2, after=0, channel="files:else")
    assert {event["channel"] for event in found} == {"files:else"}


async def test_the_stream_ends_when_the_server_stops(
    house: House, client: httpx2.AsyncClient
) -> None:
    async with client.stream("GET", "/api/events") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        house.parts.stream.close()
        async with asyncio.timeout(PATIENCE):
            rest = [line async for line in lines]
    assert "".join(rest) == ""


async def test_a_watcher_that_leaves_is_let_go(house: House, client: httpx2.AsyncClient) -> None:
    async with client.stream("GET", "/api/events") as answer:
        await anext(answer.aiter_lines())
        assert house.parts.stream.watchers == 1
    async with asyncio.timeout(PATIENCE):
        while house.parts.stream.watchers:
            tell(house, 1)
            await asyncio.sleep(0.02)


async def test_silence_is_broken_by_signs_of_life(
    house: House, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_HEARTBEAT", 0.05)
    async with client.stream("GET", "/api/events") as answer:
        lines = answer.aiter_lines()
        seen = [await anext(lines) for _ in range(6)]
    assert seen == ["retry: 1000", "", ":", "", ":", ""]


async def test_a_browser_that_was_logged_out_sees_no_more(
    house: House, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_HEARTBEAT", 0.05)
    monkeypatch.setattr(events, "_CHECK_LOGIN_EVERY", 0.1)
    link = await house.parts.logins.create_link()
    login = await house.parts.logins.consume_link(link.path.partition("=")[2])
    del client.headers["authorization"]
    headers = {"cookie": f"sempre_session={login.cookie}"}
    async with client.stream("GET", "/api/events", headers=headers) as answer:
        lines = answer.aiter_lines()
        assert [await anext(lines) for _ in range(10)][-2:] == [":", ""]
        await house.parts.logins.revoke(login.cookie)
        async with asyncio.timeout(PATIENCE):
            async for _line in lines:
                pass


async def test_many_events_come_in_few_frames(house: House) -> None:
    stream = house.parts.stream
    stream._pause = 0.05
    begun = time.monotonic()
    async with served(house) as client:
        count = 0
        async with client.stream("GET", "/api/events") as answer:
            found = frames(answer)
            waiting = asyncio.ensure_future(anext(found))
            await asyncio.sleep(0.1)
            for _ in range(100):
                tell(house, 5)
                await asyncio.sleep(0.002)
            seen = len((await waiting).events)
            while seen < 500:
                seen += len((await anext(found)).events)
                count += 1
    assert count <= (time.monotonic() - begun) / 0.05, "at most one in 50 ms"


async def test_each_event_is_encoded_once_for_all_watchers(house: House) -> None:
    import msgspec

    from sempre.events import Event
    from sempre.events import event as event_module

    encoded = 0
    real = msgspec.json.encode

    def counting(value: object) -> bytes:
        nonlocal encoded
        encoded += isinstance(value, Event)  # details are looked at beforehand, once as well
        return real(value)

    async with served(house) as client:
        watching = [asyncio.ensure_future(read(client, 20)) for _ in range(10)]
        await until(lambda: house.parts.stream.watchers == 10)
        await asyncio.sleep(0.1)
        with pytest.MonkeyPatch.context() as patch:
            fake = replace_attribute(event_module.msgspec, counting)
            patch.setattr(event_module, "msgspec", fake)
            tell(house, 20)
            await asyncio.gather(*watching)
    assert encoded == 20


def replace_attribute(module: Any, encode: object) -> Any:
    """`msgspec` with another `json.encode`, for the module that encodes events."""
    return SimpleNamespace(json=SimpleNamespace(encode=encode), Struct=module.Struct)


async def test_the_same_frame_reaches_a_page_whole(house: House) -> None:
    text = 'line\nbreaks\r\n\u2028 and "quotes" \x00'
    house.store.log.append("turn.text", {"text": text}, channel=CHANNEL)
    await house.store.log.flushed()
    async with served(house) as client:
        seen = await read(client, 2, after=0)
    assert seen[-1]["details"]["text"] == text
