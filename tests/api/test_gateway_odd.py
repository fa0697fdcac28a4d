"""Providers are odd in ways that the scripted one is not: bytes as given, down to the header."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from sempre.api.provider import Provider
from sempre.errors import MisconfiguredError
from tests.api.gateway_rig import KEY, MODEL, Asking, Rig, rigged

Write = Callable[[bytes], Awaitable[None]]


def sse(*events: dict[str, object]) -> bytes:
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


START = sse({"type": "message_start", "message": {"model": MODEL, "usage": {"input_tokens": 50}}})
END = sse(
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
)


@asynccontextmanager
async def provider(speak: Callable[[Write], Awaitable[None]]) -> AsyncIterator[str]:
    """Reads a request, says what `speak` writes, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            await reader.readexactly(int(length))

            async def write(data: bytes) -> None:
                writer.write(data)
                await writer.drain()

            await speak(write)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def before(url: str, *pieces: bytes, pause: float = 0) -> AsyncIterator[tuple[Rig, Asking]]:
    async def speak(write: Write) -> None:
        for piece in pieces:
            await write(piece)
            await asyncio.sleep(pause)

    async with (
        provider(speak) as address,
        rigged(url, Provider(base_url=address, key=KEY)) as rig,
    ):
        yield rig, Asking(rig.url, rig.token)


def head(status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


STREAM = head(content_type="text/event-stream", connection="close")


async def test_a_call_is_settled_when_its_count_is_known_though_the_provider_lingers(
    small_url: str,
):
    async with (
        before(small_url, STREAM, START, END, pause=0.4) as (rig, ask),
        ask.open("x") as answer,
    ):
        async for piece in answer.aiter_raw():
            if b"message_stop" in piece:
                assert (await rig.ledger.turn_usage("t1")).output_tokens == 9
                assert await rig.states() == ["booked"]


async def test_what_belongs_to_the_connection_or_sets_cookies_is_not_handed_on(small_url: str):
    told = head(
        content_type="text/event-stream",
        set_cookie="id=1",
        connection="close, x-hop",
        x_hop="1",
        keep_alive="timeout=5",
        server="upstream",
        request_id="req_9",
        x_should_retry="true",
    )
    async with before(small_url, told, START + END) as (rig, ask):
        answer = await ask.whole("x")
        (row,) = await rig.rows()
    assert row["request_id"] == "req_9"
    assert answer.headers["server"] == "upstream"
    assert answer.headers["x-should-retry"] == "true"
    for name in ("set-cookie", "x-hop", "keep-alive"):
        assert name not in answer.headers


async def test_a_compressed_answer_is_handed_on_plain_and_counted(small_url: str):
    packed = gzip.compress(START + END)
    told = head(
        content_type="text/event-stream",
        content_encoding="gzip",
        content_length=str(len(packed)),
    )
    async with before(small_url, told, packed[:30], packed[30:], pause=0.05) as (rig, ask):
        answer = await ask.whole("x")
        assert answer.content == START + END
        assert "content-encoding" not in answer.headers
        assert await rig.states() == ["booked"]


async def test_what_can_not_be_read_is_handed_on_and_its_cost_is_unknown(small_url: str):
    packed = b"\x01\x02 whatever"
    told = head(content_encoding="x-odd", content_length=str(len(packed)))
    async with before(small_url, told, packed) as (rig, ask):
        async with ask.open("x") as answer:
            assert b"".join([piece async for piece in answer.aiter_raw()]) == packed
            assert answer.headers["content-encoding"] == "x-odd"
        assert await rig.states() == ["unknown"]


async def test_broken_compression_breaks_off(small_url: str):
    told = head(content_type="text/event-stream", content_encoding="gzip", connection="close")
    async with before(small_url, told, b"this is no gzip") as (rig, ask):
        with pytest.raises(httpx2.RemoteProtocolError):
            await ask.whole("x")
        assert await rig.states() == ["unknown"]


async def test_a_redirect_is_handed_on_and_not_followed(small_url: str):
    told = head("302 Found", location="http://127.0.0.1:1/", content_length="0")
    async with before(small_url, told) as (rig, ask):
        answer = await ask.whole("x")
        assert (answer.status_code, answer.headers["location"]) == (302, "http://127.0.0.1:1/")
        assert await rig.states() == ["failed"]


@pytest.mark.parametrize("rubbish", [b"", b"nonsense\r\n\r\n", head("200 OK", content_length="x")])
async def test_an_answer_that_is_no_http_is_a_provider_that_hung_up(small_url: str, rubbish: bytes):
    async with before(small_url, rubbish) as (rig, ask):
        answer = await ask.whole("x")
        assert (answer.status_code, answer.json()["error"]["type"]) == (502, "api_error")
        assert await rig.states() == ["unknown"]


async def test_an_answer_that_counts_nothing_is_of_unknown_cost(small_url: str):
    body = b'{"model":"m","content":[]}'
    told = head(content_type="application/json", content_length=str(len(body)))
    async with before(small_url, told, body) as (rig, ask):
        ask.stream = False
        assert (await ask.whole("x")).content == body
        assert await rig.states() == ["unknown"]


@pytest.mark.parametrize("secret", ["with space", "line\nend", "nbsp\u00a0", ""])
def test_a_key_that_can_not_be_one_is_refused_before_it_is_ever_sent(secret: str):
    with pytest.raises(MisconfiguredError) as error:
        Provider(key=secret)
    assert not secret or secret not in str(error.value)


@pytest.mark.parametrize(
    "address",
    ["", "nowhere", "ftp://host", "http://", "http://[", "https://a b", "https://a@b", "file:///x"],
)
def test_an_address_that_is_none_is_refused(address: str):
    with pytest.raises(MisconfiguredError):
        Provider(base_url=address)


def test_addresses_of_providers_are_taken():
    for address in (
        "https://api.anthropic.com",
        "http://localhost:8080/anthropic/",
        "http://[::1]:9",
    ):
        provider = Provider(base_url=address)
        assert provider.address("/v1/messages", b"beta=true") == (
            f"{address.rstrip('/')}/v1/messages?beta=true"
        )
