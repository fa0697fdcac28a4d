import asyncio
from typing import Any

import pytest

from sempre.api.schema import ErrorAnswer
from sempre.api.search import _READ_AT_MOST
from sempre.api.turns import Turn, TurnPage, TurnSummary
from sempre.contract.agents import Ending
from sempre.contract.messages import Usage
from tests.api.house import House
from tests.support.store import CHANNEL

NOBODY = "00000000-0000-7000-8000-000000000000"


async def read_all(house: House, **query: str | int) -> list[TurnSummary]:
    """Every page, one after the other."""
    items: list[TurnSummary] = []
    before = None
    async with house.operator() as client:
        while True:
            params = {**query, **({"before": before} if before else {})}
            answer = await client.get("/api/turns", params=params)
            page = TurnPage.model_validate_json(answer.content, extra="forbid")
            items += page.items
            before = page.next
            if before is None:
                return items


async def test_pages_are_newest_first_and_end(house: House) -> None:
    ids = await house.store.accept(*(f"p{at}" for at in range(7)))
    for limit in (1, 3, 7, 8):
        assert [turn.id for turn in await read_all(house, limit=limit)] == ids[::-1]


async def test_a_full_turn_shows_everything_about_it(house: House) -> None:
    failed, answered = await house.store.accept("do it", "x" * 500)
    await house.store.fail(failed)
    await house.store.answer(answered, "y" * 500)
    house.spent.turns[failed] = Usage(input_tokens=3, cost_micros=40)
    house.spent.turns[answered] = Usage(input_tokens=99)
    await house.store.turns.record_usage(
        await house.store.turns.get(answered), Usage(input_tokens=5, cost_micros=None)
    )
    async with house.operator() as client:
        one = Turn.model_validate_json((await client.get(f"/api/turns/{failed}")).content)
        two = Turn.model_validate_json((await client.get(f"/api/turns/{answered}")).content)
    assert (one.state, one.number, one.seq, one.worker) == ("failed", 1, 1, "coder")
    assert one.failure is not None
    assert [(each.number, each.state, each.counted) for each in one.attempt_log] == [
        (1, "invalid", True)
    ]
    assert (two.prompt, two.prompt_head) == ("x" * 500, "x" * 159 + "…")
    assert (two.answer, two.answer_head) == ("y" * 500, "y" * 159 + "…")
    assert (one.usage.input_tokens, one.cost_micros) == (3, 40), (
        "not written down yet: the ledger's"
    )
    assert (two.usage.input_tokens, two.cost_micros) == (5, None)
    assert two.finished_at is not None
    assert two.received_at.utcoffset() is not None


async def test_lists_carry_no_whole_texts(small_house: House) -> None:
    await small_house.store.accept("x" * 10_000)
    async with small_house.operator() as client:
        answer = await client.get("/api/turns")
    assert len(answer.content) < 2000


async def test_lists_can_be_of_one_channel_and_one_state(house: House) -> None:
    (mine,) = await house.store.accept("a")
    (other,) = await house.store.accept("b", channel="files:other")
    await house.store.answer(other)
    assert [turn.id for turn in await read_all(house, channel=CHANNEL)] == [mine]
    assert [turn.id for turn in await read_all(house, state="answered")] == [other]


async def test_a_search_finds_words_in_prompts_and_answers_whatever_their_case(
    house: House,
) -> None:
    first, second, third = await house.store.accept("Bake Pão de Queijo", "queijo", "nothing")
    await house.store.answer(third, "some pão de QUEIJO")
    for words, found in [
        ("pão queijo", [third, first]),
        ("QUEIJO", [third, second, first]),
        ("absent", []),
        ("#2", [second]),
        ("#22", []),
    ]:
        assert [turn.id for turn in await read_all(house, q=words, limit=2)] == found, words


async def test_a_search_reads_a_bounded_number_of_turns_and_can_go_on(small_house: House) -> None:
    needle, *_ = await small_house.store.accept("needle", *(["hay"] * (_READ_AT_MOST + 10)))
    async with small_house.operator() as client:
        first = (await client.get("/api/turns", params={"q": "needle"})).json()
        assert (first["items"], first["next"] is None) == ([], False)
        params = {"q": "needle", "before": first["next"]}
        second = (await client.get("/api/turns", params=params)).json()
    assert [item["id"] for item in second["items"]] == [needle]


async def test_cancel_and_retry(small_house: House) -> None:
    (turn_id,) = await small_house.store.accept("a")
    async with small_house.operator() as client:
        cancelled = await client.post(f"/api/turns/{turn_id}/cancel")
        assert cancelled.json()["state"] == "cancelled"
        again = await client.post(f"/api/turns/{turn_id}/cancel")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
        early = await client.post(f"/api/turns/{turn_id}/retry")
        assert early.status_code == 409
        await small_house.store.turns.mark_published(
            await small_house.store.turns.get(turn_id), "task_1.json"
        )
        edited = await client.post(f"/api/turns/{turn_id}/retry", json={"text": "b"})
        assert (edited.json()["state"], edited.json()["prompt"]) == ("queued", "b")


async def test_a_retry_without_a_body_keeps_the_prompt(small_house: House) -> None:
    (turn_id,) = await small_house.store.accept("a")
    await small_house.store.fail(turn_id)
    await small_house.store.turns.mark_published(
        await small_house.store.turns.get(turn_id), "task_1.json"
    )
    async with small_house.operator() as client:
        answer = await client.post(f"/api/turns/{turn_id}/retry")
    assert (answer.status_code, answer.json()["prompt"]) == (200, "a")


async def test_of_two_cancels_at_once_one_is_told_that_it_was_late(house: House) -> None:
    (turn_id,) = await house.store.accept("a")
    async with house.operator() as client:
        path = f"/api/turns/{turn_id}/cancel"
        answers = await asyncio.gather(*(client.post(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


@pytest.mark.parametrize(
    "path",
    [f"/api/turns/{NOBODY}", f"/api/turns/{NOBODY}/events"],
)
async def test_what_is_not_there_is_not_found(small_house: House, path: str) -> None:
    async with small_house.operator() as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert (
        ErrorAnswer.model_validate_json(answer.content, extra="forbid").error.code
        == "turn_not_found"
    )


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "x"},
        {"before": "x"},
        {"before": "'; drop table turns --"},
        {"channel": "\x00"},
        {"channel": "files:\x00"},
        {"state": "sleeping"},
        {"q": "x" * 201},
    ],
)
async def test_odd_input_is_explained_in_the_same_form(house: House, query: dict[str, str]) -> None:
    async with house.operator() as client:
        answer = await client.get("/api/turns", params=query)
    assert answer.status_code == 422
    error = ErrorAnswer.model_validate_json(answer.content, extra="forbid").error
    assert (error.code, error.request_id) == ("invalid", answer.headers["x-request-id"])
    assert next(iter(query)) in error.message


@pytest.mark.parametrize(
    "name", ["x", "..%2f..", "%00", "a" * 5000, NOBODY.upper(), "%F0%9F%98%80"]
)
async def test_odd_ids_are_refused_and_break_nothing(small_house: House, name: str) -> None:
    async with small_house.operator() as client:
        answers = [
            await client.get(f"/api/turns/{name}"),
            await client.post(f"/api/turns/{name}/cancel"),
            await client.get(f"/api/turns/{name}/events"),
        ]
    assert {answer.status_code for answer in answers} <= {404, 405, 422}


async def test_the_log_of_a_turn_is_paged_by_its_place(house: House) -> None:
    (turn_id,) = await house.store.accept("a")
    for at in range(24):
        house.store.log.append("turn.text", {"text": f"é{at}"}, channel=CHANNEL, turn_id=turn_id)
    await house.store.log.flushed()
    seen: list[int] = []
    page: dict[str, Any] = {}
    after: int | None = 0
    async with house.operator() as client:
        while after is not None:
            params = {"after": after, "limit": 10}
            page = (await client.get(f"/api/turns/{turn_id}/events", params=params)).json()
            seen += [event["seq"] for event in page["items"]]
            after = page["next"]
        last = page["items"][-1]
    assert seen == list(range(1, 26))
    assert (last["kind"], last["details"], last["channel"]) == (
        "turn.text",
        {"text": "é23"},
        CHANNEL,
    )


@pytest.mark.parametrize("after", [-1, 2**53, 2**63 - 1, 2**63, 1.5, "x"])
async def test_an_odd_cursor_is_refused(house: House, after: object) -> None:
    (turn_id,) = await house.store.accept("a")
    async with house.operator() as client:
        answer = await client.get(f"/api/turns/{turn_id}/events", params={"after": str(after)})
        assert answer.status_code == 422
        huge = await client.get(f"/api/turns/{turn_id}/events", params={"after": 2**53 - 1})
        assert huge.json() == {"items": [], "next": None}


async def test_the_parked_say_until_when(small_house: House) -> None:
    (turn_id,) = await small_house.store.accept("a")
    await small_house.store.fail(turn_id, Ending.ERROR)
    async with small_house.operator() as client:
        turn = (await client.get(f"/api/turns/{turn_id}")).json()
    assert turn["state"] == "parked"
    assert turn["retry_at"] is not None
    assert turn["retry_at"].endswith("Z")
