"""The server on a real socket: paths, forms, broken connections, hang-ups, many clients at once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from sempre.rehearsal import MessagesApi, Outcome
from tests.rehearsal.bodies import ask, assistant, encode, result, user
from tests.support.patience import PATIENCE


@pytest.fixture
async def api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi(pace=0) as api:
        yield api


@pytest.fixture
async def client(api: MessagesApi) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=api.url, timeout=PATIENCE) as client:
        yield client


def read_events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


@asynccontextmanager
async def socket_to(
    api: MessagesApi,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    try:
        yield reader, writer
    finally:
        writer.close()


def post(body: bytes, path: str = "/v1/messages") -> bytes:
    return b"POST %b HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (
        path.encode(),
        len(body),
        body,
    )


async def test_whole_answer_without_streaming(api: MessagesApi, client: httpx2.AsyncClient):
    answer = await client.post("/v1/messages?beta=true", json=ask("[[say:hi]]"))
    message = answer.json()
    assert (answer.status_code, message["content"]) == (200, [{"type": "text", "text": "hi"}])
    assert (message["model"], message["stop_reason"]) == ("claude-opus-5-5", "end_turn")
    (call,) = api.record.messages
    assert call.answered
    assert message["usage"] == {name: getattr(call.usage, name) for name in message["usage"]}
    assert answer.headers["request-id"] == call.request_id


async def test_streamed_answer_and_record_agree(api: MessagesApi, client: httpx2.AsyncClient):
    answer = await client.post("/v1/messages", json=ask("[[say:hi]]", stream=True))
    events = read_events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (events[0]["type"], events[-1]["type"]) == ("message_start", "message_stop")
    usage = api.record.messages[0].usage
    assert usage is not None
    assert events[-2]["usage"]["output_tokens"] == usage.output_tokens


async def test_session_and_agent_stand_in_the_record(api: MessagesApi, client: httpx2.AsyncClient):
    headers = {"X-Claude-Code-Session-Id": "s1", "x-claude-code-agent-id": "a1"}
    await client.post("/v1/messages", json=ask("[[say:hi]]"), headers=headers)
    (call,) = api.record.calls
    assert (call.session, call.agent) == ("s1", "a1")


async def test_tools_are_called_step_by_step(client: httpx2.AsyncClient):
    prompt = '[[tool:A {"x":[[1]]}]][[tool:B]][[say:end]]'
    steps: list[list[dict[str, Any]]] = []
    said: list[dict[str, Any]] = [user(prompt)]
    for _ in range(3):
        steps.append((await client.post("/v1/messages", json=ask(*said))).json()["content"])
        said += [assistant("calling"), user(result("ok"))]
    (_, first), (_, second), (text,) = steps
    assert (first["name"], first["input"], second["name"]) == ("A", {"x": [[1]]}, "B")
    assert first["id"] != second["id"]
    assert text["text"] == "end"


async def test_tokens_are_counted(client: httpx2.AsyncClient):
    body = encode(ask("hello"))
    answer = await client.post("/v1/messages/count_tokens?beta=true", content=body)
    assert answer.json() == {"input_tokens": len(body) // 4}


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_hello_is_answered_and_expected(
    api: MessagesApi, client: httpx2.AsyncClient, method: str
):
    answer = await client.request(method, "/api/hello")
    assert (answer.status_code, answer.content, api.record.unexpected) == (200, b"", [])


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/complete"), ("GET", "/v1/messages"), ("PUT", "/"), ("HEAD", "/x")],
)
async def test_other_paths_are_refused_and_remembered(
    api: MessagesApi, client: httpx2.AsyncClient, method: str, path: str
):
    answer = await client.request(method, path)
    assert answer.status_code == 404
    assert [(call.method, call.path) for call in api.record.unexpected] == [(method, path)]


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b'{"model":"m"}', b'{"model":"m","messages":[0]}']
)
async def test_unusable_body_is_refused(client: httpx2.AsyncClient, body: bytes):
    answer = await client.post("/v1/messages", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_too_large_body_is_refused(client: httpx2.AsyncClient):
    answer = await client.post("/v1/messages", content=b"x" * (32 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")


async def test_quota_is_refused_as_the_provider_does(client: httpx2.AsyncClient):
    answer = await client.post("/v1/messages", json=ask("[[quota:30]]", stream=True))
    assert (answer.status_code, answer.json()["error"]["type"]) == (429, "rate_limit_error")
    assert answer.headers["anthropic-ratelimit-unified-status"] == "rejected"
    assert answer.headers["x-should-retry"] == "false"
    reset = int(answer.headers["anthropic-ratelimit-unified-reset"])
    assert 15 < reset - time.time() < 32
    assert int(answer.headers["retry-after"]) == 30


@pytest.mark.parametrize("where", ["silent", "headers", "text"])
async def test_cut_leaves_just_so_much(api: MessagesApi, where: str):
    async with socket_to(api) as (reader, writer):
        writer.write(post(encode(ask(f"[[cut:{where}]][[say:abcd]]", stream=True))))
        came = (await reader.read()).decode()
    whole_header, in_text = "\r\n\r\n" in came, '"text":"ab"' in came
    assert (came == "", whole_header, in_text) == (
        where == "silent",
        where == "text",
        where == "text",
    )
    assert came.startswith("HTTP/1.1 200 OK"[: len(came)])
    assert "message_stop" not in came
    (call,) = api.record.calls
    assert (call.outcome, call.usage is None) == (Outcome.BROKEN, where != "text")


async def test_cut_does_not_touch_an_answer_in_one_piece(client: httpx2.AsyncClient):
    answer = await client.post("/v1/messages", json=ask("[[cut]][[say:whole]]"))
    assert answer.json()["content"][0]["text"] == "whole"


async def test_delay_comes_before_the_first_byte(api: MessagesApi):
    async with socket_to(api) as (reader, writer):
        begun = time.monotonic()
        writer.write(post(encode(ask("[[delay:0.3]][[say:x]]", stream=True))))
        await reader.readexactly(1)
        assert time.monotonic() - begun >= 0.3


async def test_stall_holds_the_second_half_back(api: MessagesApi):
    async with socket_to(api) as (reader, writer):
        begun = time.monotonic()
        writer.write(post(encode(ask("[[stall:0.3]][[say:abcd]]", stream=True))))
        assert b'"text":"cd"' not in await reader.readuntil(b'"text":"ab"')
        await reader.readuntil(b'"text":"cd"')
        assert time.monotonic() - begun >= 0.3


async def test_client_that_hangs_up_ends_its_answer(api: MessagesApi):
    async with socket_to(api) as (reader, writer):
        writer.write(post(encode(ask("[[stall:600]][[say:abcd]]", stream=True))))
        await reader.readuntil(b'"text":"ab"')
    async with asyncio.timeout(PATIENCE):
        await api.record.settled()
    (call,) = api.record.calls
    assert call.outcome is Outcome.GONE
    assert call.usage is not None
    assert call.usage.output_tokens == 1


async def test_server_closes_at_once_though_clients_wait():
    async with MessagesApi() as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(post(encode(ask("[[hang:600]]"))))
        while not api.record.busy:  # noqa: ASYNC110  (nothing tells of a request that waits)
            await asyncio.sleep(0)
        begun = time.monotonic()
    assert time.monotonic() - begun < PATIENCE
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", api.port)


async def test_one_connection_carries_many_requests_also_sent_ahead(api: MessagesApi):
    async with socket_to(api) as (reader, writer):
        writer.write(b"".join(post(encode(ask(f"[[say:no {n}]]"))) for n in range(5)))
        for n in range(5):
            await reader.readuntil(f'"text":"no {n}"'.encode())


async def test_request_in_small_pieces_and_in_chunks(api: MessagesApi):
    body = encode(ask("[[say:piecemeal]]"))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in (body[:9], body[9:]))
    head = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    async with socket_to(api) as (reader, writer):
        for at in range(0, len(head + chunks + b"0\r\n\r\n"), 7):
            writer.write((head + chunks + b"0\r\n\r\n")[at : at + 7])
            await writer.drain()
        await reader.readuntil(b'"text":"piecemeal"')


async def test_connection_close_is_honoured(api: MessagesApi):
    async with socket_to(api) as (reader, writer):
        writer.write(b"GET /api/hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")


async def test_what_is_no_http_is_hung_up_on(api: MessagesApi, client: httpx2.AsyncClient):
    async with socket_to(api) as (reader, writer):
        writer.write(b"\x16\x03\x01 hello?\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
    assert (await client.get("/api/hello")).status_code == 200


async def test_taken_port_is_an_error(api: MessagesApi):
    with pytest.raises(OSError):
        await MessagesApi(port=api.port).start()


async def test_storm_of_forty_clients_is_answered_and_counted(api: MessagesApi):
    cached = [{"type": "text", "text": "s" * 40_000, "cache_control": {"type": "ephemeral"}}]
    told: list[dict[str, int]] = []

    async def session(name: str) -> None:
        headers = {"x-claude-code-session-id": name}
        async with httpx2.AsyncClient(
            base_url=api.url, headers=headers, timeout=PATIENCE
        ) as client:
            for step in range(10):
                prompt = f"[[drip:4:0.01]][[say:{name} at {step}]]"
                answer = await client.post(
                    "/v1/messages", json=ask(prompt, stream=True, system=cached)
                )
                events = read_events(answer.text)
                text = "".join(event.get("delta", {}).get("text", "") for event in events)
                assert text == f"{name} at {step}"
                told.append(events[-2]["usage"])

    await asyncio.gather(*(session(f"session {n}") for n in range(40)))
    calls = api.record.messages
    assert (len(calls), all(call.answered for call in calls)) == (400, True)
    assert len({call.request_id for call in calls}) == 400
    assert [len([c for c in calls if c.session == f"session {n}"]) for n in range(40)] == [10] * 40
    total = api.record.total(calls)
    for name in total.__struct_fields__:
        assert sum(usage[name] for usage in told) == getattr(total, name), name
