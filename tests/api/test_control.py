"""Suspending, pausing, sessions and directives over HTTP: who did it is told, and on the trail."""

from datetime import timedelta

import httpx2
import pytest

from sempre import clock
from sempre.contract.agents import Session
from sempre.db import Database
from sempre.errors import UnavailableError
from tests.api.house import House
from tests.support.store import CHANNEL

NAME = CHANNEL.partition(":")[2]


async def trail(house: House) -> list[tuple[str, str]]:
    return [(each.what, each.by) for each in reversed(await house.parts.audit.page())]


async def test_suspending_shows_everywhere_and_lifts_again(house: House) -> None:
    async with house.owner() as client:
        said = await client.post("/api/agent/suspend", json={"reason": "the bill"})
        assert said.json()["suspended"]["reason"] == "the bill"
        status = (await client.get("/api/status")).json()
        assert status["suspended"]["by"] == "owner"
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["suspended"]) == (200, True)
        assert (await client.post("/api/agent/resume")).json() == {"suspended": None}
        assert (await client.get("/api/status")).json()["suspended"] is None
    assert await trail(house) == [("agent.suspended", "owner"), ("agent.resumed", "owner")]


async def test_what_cannot_be_put_on_the_trail_is_not_done(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object, **_more: object) -> None:
        raise UnavailableError("The disk is full.")

    async with small_house.owner() as client:
        monkeypatch.setattr(small_house.parts.audit, "record", full)
        answers = [
            await client.post("/api/agent/suspend"),
            await client.post(f"/api/channels/{CHANNEL}/pause"),
            await client.post(f"/api/workers/{NAME}/session/reset"),
            await client.put(f"/api/workers/{NAME}/directives", json={"version": 0}),
            await client.post("/api/tokens", json={"name": "x", "scopes": ["read"]}),
        ]
        assert [each.status_code for each in answers] == [503] * 5
        assert (await client.get("/api/status")).json()["suspended"] is None
        assert (await client.get(f"/api/workers/{NAME}")).json()["pause"] is None
        assert (await client.get(f"/api/workers/{NAME}/directives")).json()["version"] == 0
        assert [each["valid"] for each in (await client.get("/api/tokens")).json()] == [False]


async def test_a_paused_worker_says_who_and_until_when(house: House) -> None:
    until = clock.now() + timedelta(hours=2)
    async with house.operator() as client:
        wish = {"reason": "lunch", "until": until.isoformat()}
        said = await client.post(f"/api/channels/{CHANNEL}/pause", json=wish)
        assert said.json()["pause"]["by"] == "local"
        worker = (await client.get(f"/api/workers/{NAME}")).json()
        assert (worker["state"], worker["state_reason"]) == ("paused", "lunch")
        with clock.shifted(timedelta(hours=2, seconds=1)):
            assert (await client.get(f"/api/workers/{NAME}")).json()["state"] == "idle"
        assert (await client.post(f"/api/channels/{CHANNEL}/resume")).json()["pause"] is None
    assert await trail(house) == [("channel.paused", "local"), ("channel.resumed", "local")]


async def test_a_channel_with_a_slash_in_its_name_is_paused_too(small_house: House) -> None:
    await small_house.store.inbox.open("whatsapp:shop/5511")
    async with small_house.operator() as client:
        said = await client.post("/api/channels/whatsapp:shop/5511/pause")
        assert said.json()["channel"] == "whatsapp:shop/5511"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/channels/files:nobody/pause", None, 404),
        ("/api/channels/files:nobody/resume", None, 404),
        ("/api/channels/nonsense/pause", None, 422),
        (f"/api/channels/{CHANNEL}/pause", {"until": "2020-01-01T00:00:00Z"}, 422),
        (f"/api/channels/{CHANNEL}/pause", {"until": "2090-01-01T00:00:00"}, 422),
        (f"/api/channels/{CHANNEL}/pause", {"reason": "x" * 501}, 422),
        (f"/api/channels/{CHANNEL}/pause", {"by": "owner"}, 422),
        ("/api/agent/suspend", {"reason": 5}, 422),
        ("/api/workers/nobody/session/reset", None, 404),
        ("/api/workers/nobody/session/fork", None, 404),
        (f"/api/workers/{NAME}/session/fork", None, 409),
        (f"/api/workers/{NAME}/session/fork", {"to": "../x"}, 422),
    ],
)
async def test_odd_wishes_are_refused(
    small_house: House, path: str, body: object, status: int
) -> None:
    async with small_house.operator() as client:
        answer = await client.post(path, json=body) if body else await client.post(path)
        assert answer.status_code == status, answer.text


async def test_sessions_are_listed_reset_and_forked(house: House) -> None:
    (turn_id,) = await house.store.accept("one")
    await house.store.answer(turn_id)
    first = (await house.store.channels.get(CHANNEL)).session_id
    assert first is not None
    await house.store.channels.set_session(CHANNEL, Session(id=first, started=True))
    async with house.operator() as client:
        forked = (await client.post(f"/api/workers/{NAME}/session/fork")).json()
        assert [(each["origin"], each["parent"], each["by"]) for each in forked] == [
            ("fork", first, "local"),
            ("new", None, None),
        ]
        assert [(each["current"], each["turns"]) for each in forked] == [(True, 0), (False, 1)]
        reset = (await client.post(f"/api/workers/{NAME}/session/reset")).json()
        assert [each["origin"] for each in reset] == ["reset", "fork", "new"]
        assert (await client.get(f"/api/workers/{NAME}/sessions")).json() == reset
    assert await trail(house) == [("session.forked", "local"), ("session.reset", "local")]


async def put(client: httpx2.AsyncClient, **wish: object) -> httpx2.Response:
    return await client.put(f"/api/workers/{NAME}/directives", json=wish)


async def test_directives_stand_over_the_settings_and_are_taken_back(house: House) -> None:
    async with house.operator() as client:
        before = (await client.get(f"/api/workers/{NAME}/directives")).json()
        assert before["version"] == 0
        assert before["effective"] == before["configured"]
        wish = {"model": "claude-haiku-4-5", "tools": ["Read", "Bash"], "turn_seconds": 60}
        said = (await put(client, version=0, **wish)).json()
        assert (said["version"], said["changed_by"]) == (1, "local")
        assert said["effective"]["model"] == "claude-haiku-4-5"
        assert said["effective"]["tools"] == ["Read", "Bash"]
        assert said["effective"]["silence_seconds"] == before["configured"]["silence_seconds"]
        assert said["configured"] == before["configured"]
        back = (await put(client, version=1)).json()
        assert back["effective"] == before["effective"]
        assert set(back["told"].values()) == {None}


async def test_of_two_who_change_directives_the_second_is_told(house: House) -> None:
    async with house.operator() as client:
        assert (await put(client, version=0, model="one")).status_code == 200
        late = await put(client, version=0, model="two")
        assert (late.status_code, late.json()["error"]["code"]) == (409, "version_conflict")
        now = (await client.get(f"/api/workers/{NAME}/directives")).json()
        assert now["told"]["model"] == "one"


async def test_directives_are_sealed_in_the_database(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await put(client, version=0, instructions="the secret plan")).status_code == 200
    assert b"secret plan" not in _bytes(small_house.store.db)


def _bytes(db: Database) -> bytes:
    assert db.path is not None
    files = [db.path, db.path.with_name(db.path.name + "-wal")]
    return b"".join(each.read_bytes() for each in files if each.exists())


@pytest.mark.parametrize(
    "wish",
    [
        {"version": 0, "tools": ["WebFetch"]},
        {"version": 0, "tools": ["Read", "Read*"]},
        {"version": 0, "effort": "huge"},
        {"version": 0, "model": "a\nb"},
        {"version": 0, "turn_seconds": 0},
        {"version": 0, "turn_seconds": 1e9},
        {"version": 0, "commands": ["rm"]},
        {"version": 0, "directory": "/"},
        {"version": -1},
        {},
    ],
)
async def test_directives_never_widen(small_house: House, wish: dict[str, object]) -> None:
    async with small_house.operator() as client:
        assert (await put(client, **wish)).status_code == 422
        assert (await client.get(f"/api/workers/{NAME}/directives")).json()["version"] == 0
