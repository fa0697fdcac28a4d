from dataclasses import replace
from datetime import timedelta

import pytest

from sempre import clock
from sempre.api import ScheduledPrompt
from sempre.api.workers import Worker
from sempre.contract.agents import Ending
from sempre.contract.messages import Usage
from sempre.conversations import StoredInbox
from tests.api.house import House, place
from tests.support.store import CHANNEL


async def worker(house: House, name: str = "coder") -> Worker:
    async with house.operator() as client:
        answer = await client.get(f"/api/workers/{name}")
    assert answer.status_code == 200, answer.text
    return Worker.model_validate_json(answer.content, extra="forbid")


async def test_an_idle_worker(house: House) -> None:
    found = await worker(house)
    assert (found.name, found.channel, found.state) == ("coder", CHANNEL, "idle")
    assert (found.queued, found.session, found.live) == (0, None, None)
    assert found.queue_path.endswith(".queue/coder")


async def test_a_running_worker_shows_its_turn_its_queue_and_its_session(house: House) -> None:
    done, running, _waiting = await house.store.accept("a", "b", "c")
    await house.store.answer(done)
    question = await house.store.begin(running)
    house.spent.channels[CHANNEL] = Usage(cost_micros=1500)
    house.spent.sessions[question.session.id] = Usage(input_tokens=7, cost_micros=900)
    found = await worker(house)
    assert (found.state, found.queued, found.oldest_queued_at is None) == ("running", 1, False)
    assert found.live is not None
    assert found.live.id == running
    assert found.session is not None
    assert (found.session.turns, found.session.cost_micros, found.session.input_tokens) == (
        1,
        900,
        7,
    )
    assert (found.today.answered, found.today.failed, found.today.cost_micros) == (1, 0, 1500)


async def test_what_sessions_took_is_not_added_up_for_every_look(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (turn_id,) = await small_house.store.accept("a")
    question = await small_house.store.begin(turn_id)
    now = 1000.0
    monkeypatch.setattr("sempre.api.session_sums.clock.ticks", lambda: now)
    async with small_house.operator() as client:
        for _ in range(5):
            await client.get("/api/workers")
        assert small_house.spent.added_up == 1
        small_house.spent.sessions[question.session.id] = Usage(input_tokens=7)
        now += 11
        found = (await client.get("/api/workers")).json()
    assert found[0]["session"]["input_tokens"] == 7
    assert small_house.spent.added_up == 2


async def test_a_turn_that_waits_for_its_next_try_shows_why_and_until_when(house: House) -> None:
    (turn_id,) = await house.store.accept("a")
    await house.store.fail(turn_id, Ending.TRANSIENT)
    found = await worker(house)
    assert (found.state, found.state_reason) == ("parked", "It broke.")
    assert found.state_until is not None


async def test_a_parked_and_a_stopped_channel_show_why(house: House) -> None:
    until = clock.now() + timedelta(hours=1)
    await house.store.channels.park(CHANNEL, "quota", "The wall.", until)
    found = await worker(house)
    assert (found.state, found.state_reason, found.state_until) == ("parked", "The wall.", until)
    await house.store.channels.stop(CHANNEL, "authentication", "The key is wrong.")
    found = await worker(house)
    assert (found.state, found.state_reason, found.state_until) == (
        "stopped",
        "The key is wrong.",
        None,
    )


async def test_resuming_lets_it_go_on(house: House) -> None:
    await house.store.channels.stop(CHANNEL, "authentication", "The key is wrong.")
    async with house.operator() as client:
        answer = await client.post("/api/workers/coder/resume")
    assert answer.json()["state"] == "idle"


async def test_a_worker_of_a_machine_that_is_not_there_is_away(small_house: House) -> None:
    elsewhere = StoredInbox(
        small_house.store.db,
        small_house.store.keyring,
        small_house.store.log,
        small_house.store._submit,
        node="laptop",
    )
    await elsewhere.open("files:remote")
    found = await worker(small_house, "remote")
    assert found.state == "away"
    assert found.state_reason is not None
    assert "laptop" in found.state_reason

    async def both() -> frozenset[str]:
        return frozenset({"here", "laptop"})

    small_house.parts = replace(small_house.parts, nodes_alive=both)
    assert (await worker(small_house, "remote")).state == "idle"


async def test_all_workers_are_listed_by_name(small_house: House) -> None:
    small_house.places.append(place(small_house.home, "architect"))
    async with small_house.operator() as client:
        answer = await client.get("/api/workers")
    assert [each["name"] for each in answer.json()] == ["architect", "coder"]


async def test_what_a_channel_knows_of_its_worker_is_shown(small_house: House) -> None:
    at = clock.now()
    daily = ScheduledPrompt(name="night", every="02:00", prompt="tidy", next_at=at)
    small_house.places[0] = replace(
        small_house.places[0],
        ignored={"a.txt": "not a .prompt file"},
        schedule=[daily],
        model="opus",
    )
    found = await worker(small_house)
    assert [(each.name, each.reason) for each in found.ignored] == [("a.txt", "not a .prompt file")]
    assert [(each.every, each.next_at) for each in found.schedule] == [("02:00", at)]
    assert found.model == "opus"


async def test_a_prompt_from_the_page_is_stored_with_its_request_id(house: House) -> None:
    async with house.operator() as client:
        answer = await client.post(
            "/api/workers/coder/turns", json={"text": "hi"}, headers={"x-request-id": "from-ci-7"}
        )
    assert answer.status_code == 202
    turn = await house.store.turns.get(answer.json()["id"])
    assert (turn.prompt, turn.state) == ("hi", "queued")
    assert turn.origin == {"via": "api", "request_id": "from-ci-7"}


async def test_the_same_key_twice_is_one_turn(house: House) -> None:
    async with house.operator() as client:
        path = "/api/workers/coder/turns"
        first = await client.post(path, json={"text": "a", "key": "k-1"})
        again = await client.post(path, json={"text": "a", "key": "k-1"})
        other = await client.post(path, json={"text": "a", "key": "k-2"})
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"{}",
        b'{"text": ""}',
        b'{"text": 5}',
        b'{"text": null}',
        b'{"text": "a", "txet": "b"}',
        b'{"text": "a", "key": ""}',
        b'{"text": "a", "key": "a b"}',
        b'{"text": "a", "key": "\\u0000"}',
        b'{"text": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
async def test_odd_bodies_are_refused_and_break_nothing(small_house: House, body: bytes) -> None:
    async with small_house.operator() as client:
        answer = await client.post(
            "/api/workers/coder/turns", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "invalid"
    assert await small_house.store.turns.page() == []


async def test_another_content_type_is_no_json(small_house: House) -> None:
    async with small_house.operator() as client:
        answer = await client.post(
            "/api/workers/coder/turns",
            content=b'{"text": "from a form"}',
            headers={"content-type": "text/plain"},
        )
    assert answer.status_code == 422


async def test_a_prompt_with_any_characters_comes_back_as_it_was(small_house: House) -> None:
    text = "\x00\x1b[31m\u2028\r\n\t😀é\U0010ffff"
    async with small_house.operator() as client:
        answer = await client.post("/api/workers/coder/turns", json={"text": text})
    assert answer.json()["prompt"] == text


@pytest.mark.parametrize("name", ["nobody", "no.body"])
async def test_a_worker_that_is_not_there_is_not_found(small_house: House, name: str) -> None:
    async with small_house.operator() as client:
        answers = [
            await client.get(f"/api/workers/{name}"),
            await client.post(f"/api/workers/{name}/turns", json={"text": "x"}),
            await client.post(f"/api/workers/{name}/resume"),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("name", ["..", ".hidden", "a%2Fb", "a%00", "x" * 65, "a%0Ab"])
async def test_names_that_no_worker_can_have_are_refused(small_house: House, name: str) -> None:
    async with small_house.operator() as client:
        answer = await client.post(f"/api/workers/{name}/turns", json={"text": "x"})
    assert answer.status_code in {404, 405, 422}
