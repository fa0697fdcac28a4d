"""The gateway hands everything on as it is, puts the key on, and books what was counted."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sempre import clock
from sempre.api.provider import Provider
from sempre.contract.gate import BUDGET_MARKER
from sempre.rehearsal import MessagesApi, Outcome, fingerprint
from tests.api.gateway_rig import KEY, MODEL, Asking, Rig, rigged
from tests.support.caller import Caller
from tests.support.patience import PATIENCE, until


@pytest.fixture
async def api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi(pace=0) as api:
        yield api


@pytest.fixture
async def rig(api: MessagesApi, small_url: str) -> AsyncIterator[Rig]:
    async with rigged(small_url, Provider(base_url=api.url, key=KEY)) as rig:
        yield rig


@pytest.fixture
def ask(rig: Rig) -> Asking:
    return Asking(rig.url, rig.token)


async def settled(rig: Rig, state: str) -> dict[str, Any]:
    """The only row, once it has this state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            (row,) = await rig.rows()
            if row["state"] == state:
                return row
            await asyncio.sleep(0.02)


def without_ids(stream: bytes) -> list[bytes]:
    return [line for line in stream.split(b"\n") if b'"id":' not in line]


async def test_a_stream_comes_through_byte_for_byte_and_is_booked(
    api: MessagesApi, rig: Rig, ask: Asking
):
    direct = await Asking(api.url, "x").whole("[[say:hello]][[usage:1200:34]]")
    through = await ask.whole("[[say:hello]][[usage:1200:34]]")
    assert through.status_code == 200
    assert through.headers["content-type"] == direct.headers["content-type"]
    assert without_ids(through.content) == without_ids(direct.content)
    (row,) = await rig.rows()
    assert (row["state"], row["model"], row["input_tokens"], row["output_tokens"]) == (
        "booked",
        MODEL,
        1200,
        34,
    )
    assert row["cost_micros"] == 1200 * 4 + 34 * 20
    assert (row["channel"], row["turn_id"], row["attempt_id"]) == ("files:w", "t1", "a1")
    assert row["request_id"] == through.headers["request-id"]


async def test_the_request_goes_on_as_it_is_but_for_the_key(api: MessagesApi, rig: Rig):
    body = b'{ "model":"m",  "messages":[{"role":"user","content":"[[say:\xc3\xa9]]"}], "x": 1e2 }'
    sent = {
        "x-api-key": rig.token,
        "authorization": f"Bearer {rig.token}",
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "a,b",
        "x-claude-code-session-id": "s",
        "x-claude-code-agent-id": "agent-1",
        "cookie": "a=b",
        "x-forwarded-for": "10.0.0.1",
        "connection": "keep-alive, x-odd",
    }
    async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
        answer = await client.post(f"{rig.url}/v1/messages?beta=true", content=body, headers=sent)
    assert answer.status_code == 200
    (call,) = api.record.messages
    assert call.size == len(body)
    assert call.headers["x-api-key"] == fingerprint(KEY)
    for name in ("anthropic-version", "anthropic-beta", "x-claude-code-session-id", "content-type"):
        assert call.headers[name] == sent[name]
    for name in ("authorization", "cookie", "x-forwarded-for"):
        assert name not in call.headers
    assert call.headers["accept-encoding"] == "identity"
    assert str(rig.loopback.port) not in call.headers["host"]
    (row,) = await rig.rows()
    assert row["agent"] == "agent-1"


async def test_a_bearer_token_is_put_on_where_the_person_has_one(api: MessagesApi, small_url: str):
    async with rigged(small_url, Provider(base_url=f"{api.url}/", token="oauth")) as rig:
        ask = Asking(rig.url, "", headers={"authorization": f"Bearer {rig.token}"})
        async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
            answer = await client.post(
                f"{rig.url}/v1/messages",
                json={"model": "m", "messages": [{"role": "user", "content": "x"}]},
                headers=ask.headers,
            )
    assert answer.status_code == 200
    (call,) = api.record.messages
    assert call.headers["authorization"] == fingerprint("oauth")
    assert "x-api-key" not in call.headers


async def test_an_answer_in_one_piece_is_booked(rig: Rig, ask: Asking):
    ask.stream = False
    answer = await ask.whole("[[say:hello]][[usage:10:5]]")
    assert answer.json()["content"][0]["text"] == "hello"
    (row,) = await rig.rows()
    assert (row["state"], row["input_tokens"], row["output_tokens"]) == ("booked", 10, 5)


async def test_counting_tokens_is_free_and_not_booked(api: MessagesApi, rig: Rig, ask: Asking):
    async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
        answer = await client.post(
            f"{rig.url}/v1/messages/count_tokens?beta=true",
            json={"model": MODEL, "messages": []},
            headers={"x-api-key": rig.token},
        )
    assert answer.json()["input_tokens"] > 0
    assert await rig.rows() == []


async def test_pieces_are_handed_on_as_they_come(api: MessagesApi, rig: Rig, ask: Asking):
    still_busy: list[bool] = []
    async with ask.open("[[say:one two three four]][[drip:4:0.5]]") as answer:
        async for piece in answer.aiter_raw():
            still_busy += [bool(api.record.busy)] * piece.count(b"text_delta")
    assert len(still_busy) == 4
    assert all(still_busy[:2]), "the provider had not said all"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 529])
async def test_a_providers_error_comes_through_and_costs_nothing(
    api: MessagesApi, rig: Rig, ask: Asking, status: int
):
    answer = await ask.whole(f"[[http:{status}]]")
    assert answer.status_code == status
    assert answer.json()["type"] == "error"
    assert answer.headers["request-id"] == api.record.messages[-1].request_id
    row = await settled(rig, "failed")
    assert (row["input_tokens"], row["cost_micros"]) == (0, 0)


async def test_a_quota_wall_is_handed_on_and_remembered_until_a_call_goes_through(
    rig: Rig, ask: Asking
):
    answer = await ask.whole("[[quota:90]]")
    assert answer.status_code == 429
    assert answer.headers["x-should-retry"] == "false"
    assert int(answer.headers["retry-after"]) in (89, 90, 91)
    reset = datetime.fromtimestamp(int(answer.headers["anthropic-ratelimit-unified-reset"]), UTC)
    assert rig.session.quota_until == reset
    assert timedelta(seconds=80) < reset - clock.now() < timedelta(seconds=95)
    await ask.whole("[[say:x]]")
    assert rig.session.quota_until is None


async def test_a_client_that_hangs_up_closes_the_call_at_once_and_it_counts_as_far_as_it_came(
    api: MessagesApi, rig: Rig, ask: Asking
):
    async with ask.open("[[say:aaaa bbbb]][[stall:600]][[usage:500:90]]") as answer:
        async for piece in answer.aiter_raw():
            if b"text_delta" in piece:
                break
    async with asyncio.timeout(PATIENCE):  # the stall is longer
        await api.record.settled()
    assert api.record.messages[0].outcome is Outcome.GONE
    row = await settled(rig, "unknown")
    assert (row["input_tokens"], row["output_tokens"], row["cost_micros"]) == (500, 1, 2020)
    totals = await rig.ledger.count()
    assert (totals.calls, totals.unknown_calls) == (1, 1)


async def test_a_client_that_hangs_up_before_the_answer_leaves_a_call_of_unknown_cost(
    api: MessagesApi, rig: Rig, ask: Asking
):
    asking = asyncio.ensure_future(ask.whole("[[hang:600]]"))
    await until(lambda: bool(api.record.busy))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(PATIENCE):
        await api.record.settled()
    assert api.record.messages[0].outcome is Outcome.GONE
    assert (await settled(rig, "unknown"))["cost_micros"] is None


@pytest.mark.parametrize("cut", ["cut", "cut:headers", "cut:silent"])
async def test_a_provider_that_breaks_off_breaks_off_for_the_client_too(
    api: MessagesApi, rig: Rig, ask: Asking, cut: str, caplog: pytest.LogCaptureFixture
):
    if cut == "cut":
        with pytest.raises(httpx2.RemoteProtocolError):
            await ask.whole("[[say:some text]][[cut]]")
    else:
        answer = await ask.whole(f"[[{cut}]]")
        assert answer.status_code == 502
        assert "hung up" in answer.json()["error"]["message"]
    row = await settled(rig, "unknown")
    assert (row["input_tokens"] > 0) is (cut == "cut")
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]


async def test_an_error_event_in_the_stream_comes_through(api: MessagesApi, rig: Rig, ask: Asking):
    answer = await ask.whole("[[sseerror]]")
    assert b"event: error" in answer.content
    row = await settled(rig, "unknown")
    usage = api.record.messages[0].usage
    assert usage is not None
    assert row["input_tokens"] == usage.input_tokens


async def test_a_provider_that_is_not_there_is_said_to_be_so_and_costs_nothing(small_url: str):
    async with MessagesApi() as gone:
        url = gone.url
    async with rigged(small_url, Provider(base_url=url, key=KEY)) as rig:
        answer = await Asking(rig.url, rig.token).whole("x")
        assert (answer.status_code, answer.json()["error"]["type"]) == (502, "api_error")
        assert "can't be reached" in answer.json()["error"]["message"]
        assert KEY not in answer.text
        assert await rig.states() == ["failed"]


async def test_told_to_refuse_the_call_never_leaves(api: MessagesApi, rig: Rig, ask: Asking):
    rig.ledger.refuse("The day's budget of 5 dollars is used up.")
    answer = await ask.whole("x")
    assert (answer.status_code, answer.json()["error"]["type"]) == (402, "billing_error")
    assert answer.json()["error"]["message"] == (
        f"{BUDGET_MARKER} The day's budget of 5 dollars is used up."
    )
    assert api.record.calls == []
    assert await rig.rows() == []
    assert rig.told == [
        (
            "t1",
            "files:w",
            "gateway.refused",
            {"reason": "The day's budget of 5 dollars is used up.", "model": MODEL},
        )
    ]
    rig.ledger.refuse(None)
    assert (await ask.whole("[[say:x]]")).status_code == 200


async def test_a_call_that_cannot_be_booked_is_not_made(api: MessagesApi, rig: Rig, ask: Asking):
    path = rig.db.path
    assert path is not None
    async with rig.db.transaction() as session:
        await session.exec_driver_sql("ALTER TABLE ledger RENAME TO away")
    answer = await ask.whole("x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "not made" in answer.json()["error"]["message"]
    assert api.record.calls == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/api/hello", 200),
        ("GET", "/api/hello", 404),
        ("GET", "/v1/messages", 404),
        ("POST", "/v1/messages/", 404),
        ("POST", "/v1/complete", 404),
        ("GET", "/v1/models", 404),
        ("POST", "/v1/messages/../../x", 404),
        ("POST", "/v1/messages/batches", 404),
        ("OPTIONS", "/v1/messages", 404),
        ("GET", "", 404),
    ],
)
async def test_nothing_else_is_served(
    api: MessagesApi, rig: Rig, method: str, path: str, status: int
):
    async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
        headers = {"x-api-key": rig.token}
        answer = await client.request(method, rig.url + path, headers=headers)
    assert answer.status_code == status
    if status == 404:
        assert answer.json() == {
            "type": "error",
            "error": {"type": "not_found_error", "message": "There is no such path here."},
        }
    assert not any(name.startswith("access-control") for name in answer.headers)
    assert api.record.calls == []


async def test_a_token_that_is_nobodys_or_not_the_sessions_own_is_refused(
    api: MessagesApi, rig: Rig
):
    other = rig.passes.issue(Caller(channel="files:other"))
    for in_path, shown in [
        ("nobody", "nobody"),
        (rig.token, ""),
        (rig.token, other),
        (rig.token, rig.token[:-1]),
        (rig.token, KEY),
        ("", rig.token),
        (rig.token + "/x", rig.token),
    ]:
        url = rig.url.replace(rig.token, in_path)
        answer = await Asking(url, shown).whole("x")
        assert answer.status_code in (401, 404), (in_path, shown)
        assert answer.json()["type"] == "error"
    rig.passes.by_token.pop(rig.token)
    assert (await Asking(rig.url, rig.token).whole("x")).status_code == 401
    assert api.record.calls == []
    assert await rig.rows() == []


async def test_only_this_machines_names_are_answered_and_no_browser(api: MessagesApi, rig: Rig):
    port = rig.loopback.port
    for headers in [
        {"host": f"rebound.example:{port}"},
        {"host": "127.0.0.1"},
        {"host": f"127.0.0.1:{port + 1}"},
        {"host": "localhost"},
        {"host": f"127.0.0.1:{port}", "origin": "http://127.0.0.1:8377"},
        {"host": f"127.0.0.1:{port}", "origin": "null"},
    ]:
        answer = await Asking(rig.url, rig.token, headers=headers).whole("x")
        assert answer.status_code == 403, headers
    named = await Asking(rig.url, rig.token, headers={"host": f"localhost:{port}"}).whole(
        "[[say:x]]"
    )
    assert named.status_code == 200
    assert len(api.record.calls) == 1


async def test_a_request_without_end_is_refused(api: MessagesApi, rig: Rig):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(45):
            yield b"x" * 1024 * 1024

    async with httpx2.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE) as client:
        answer = await client.post(
            f"{rig.url}/v1/messages", content=endless(), headers={"x-api-key": rig.token}
        )
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
    assert api.record.calls == []


async def test_a_body_that_is_no_request_is_the_providers_to_refuse(api: MessagesApi, rig: Rig):
    for body in (b"", b"{", b"[]", b'{"model": 3}', b"\xff\xfe", b"[" * 100_000):
        async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
            answer = await client.post(
                f"{rig.url}/v1/messages", content=body, headers={"x-api-key": rig.token}
            )
        assert answer.status_code == 400, body[:10]
    assert set(await rig.states()) == {"failed"}


async def test_without_a_provider_there_is_a_hook_but_no_gateway(small_url: str):
    async with rigged(small_url, None) as rig:
        assert rig.loopback.model_url is None
        async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
            base = f"http://127.0.0.1:{rig.loopback.port}"
            assert (await client.post(f"{base}/s/{rig.token}/v1/messages")).status_code == 404
            assert (await client.get(f"{base}/")).status_code == 404


async def test_closing_hangs_up_on_calls_and_books_them(api: MessagesApi, small_url: str):
    async with rigged(small_url, Provider(base_url=api.url, key=KEY)) as rig:
        ask = Asking(rig.url, rig.token)
        async with ask.open("[[say:aaaa bbbb]][[stall:600]][[usage:500:90]]") as answer:
            pieces = answer.aiter_raw()
            while b"text_delta" not in await anext(pieces):
                pass
            await rig.loopback.close()
            with pytest.raises(httpx2.RemoteProtocolError):
                await anext(pieces)
        (row,) = await rig.rows()
        assert (row["state"], row["input_tokens"]) == ("unknown", 500)


async def test_many_at_once_do_not_mix(api: MessagesApi, rig: Rig):
    async def one(n: int) -> str:
        token = rig.passes.issue(Caller(channel=f"files:{n % 3}", turn_id=f"t{n}"))
        url = rig.url.replace(rig.token, token)
        answer = await Asking(url, token).whole(f"[[say:n{n}]][[usage:{n + 1}:{n + 2}]]")
        assert f'"text":"n{n}"'.encode() in answer.content
        return f"t{n}"

    turns = await asyncio.gather(*(one(n) for n in range(40)))
    used = await rig.ledger.of_turns(turns)
    assert {turn: usage.input_tokens for turn, usage in used.items()} == {
        f"t{n}": n + 1 for n in range(40)
    }
    assert api.record.total().input_tokens == sum(range(1, 41))


async def test_the_real_key_is_in_no_error_and_no_log(
    rig: Rig, ask: Asking, small_url: str, caplog: pytest.LogCaptureFixture
):
    for prompt in ("[[http:401]]", "[[cut:silent]]", "[[sseerror]]", "[[http:500]]"):
        answer = await ask.whole(prompt)
        assert KEY not in answer.text
        assert KEY not in str(answer.headers)
    assert KEY not in repr(Provider(key=KEY, token=KEY))
    assert KEY not in caplog.text
    assert KEY not in json.dumps(rig.told)
    for path in Path(small_url.removeprefix("sqlite:///")).parent.glob("small.sqlite*"):
        assert KEY.encode() not in path.read_bytes()
