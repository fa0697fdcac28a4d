from sempre.api import dead_letters
from sempre.api.dead_letters import DeadLetterPage
from tests.api.house import House

NOBODY = "00000000-0000-7000-8000-000000000000"


async def dead(house: House, *texts: str) -> list[str]:
    ids = await house.store.accept(*texts)
    for turn_id in ids:
        await house.store.fail(turn_id)
        await house.store.turns.mark_published(await house.store.turns.get(turn_id), "task.json")
    return ids


async def page(house: House, **query: str | int) -> DeadLetterPage:
    async with house.operator() as client:
        answer = await client.get("/api/dead-letters", params=query)
    return DeadLetterPage.model_validate_json(answer.content, extra="forbid")


async def test_letters_come_with_their_payload_newest_first(house: House) -> None:
    ids = await dead(house, "a", "b", "c")
    first = await page(house, limit=2)
    assert first.next is not None
    second = await page(house, limit=2, before=first.next)
    letters = [*first.items, *second.items]
    assert second.next is None
    assert [letter.turn_id for letter in letters] == ids[::-1]
    assert [(letter.payload, letter.number, letter.worker) for letter in letters] == [
        ("c", 3, "coder"),
        ("b", 2, "coder"),
        ("a", 1, "coder"),
    ]
    assert letters[0].failure.message == "It broke."


async def test_long_payloads_make_short_pages(small_house: House, monkeypatch: object) -> None:
    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setattr(dead_letters, "_PAGE_CHARACTERS", 250)
    await dead(small_house, *("x" * 100 + str(at) for at in range(5)))
    seen: list[str] = []
    cursor: str | None = None
    sizes: list[int] = []
    while True:
        found = await page(small_house, **({"before": cursor} if cursor else {}))
        seen += [letter.payload for letter in found.items]
        sizes.append(len(found.items))
        cursor = found.next
        if cursor is None:
            break
    assert (len(set(seen)), sizes) == (5, [3, 2])


async def test_a_retry_takes_the_letter_away_and_sends_the_edited_prompt(house: House) -> None:
    (turn_id,) = await dead(house, "a")
    (letter,) = (await page(house)).items
    async with house.operator() as client:
        path = f"/api/dead-letters/{letter.id}/retry"
        answer = await client.post(path, json={"text": "better"})
        assert (answer.json()["id"], answer.json()["prompt"]) == (turn_id, "better")
        assert answer.json()["state"] == "queued"
        assert (await client.post(path)).status_code == 404
    assert (await page(house)).items == []


async def test_a_purged_letter_is_gone_and_its_turn_is_not(house: House) -> None:
    (turn_id,) = await dead(house, "a")
    (letter,) = (await page(house)).items
    async with house.operator() as client:
        answer = await client.delete(f"/api/dead-letters/{letter.id}")
        assert (answer.status_code, answer.content) == (204, b"")
        again = await client.delete(f"/api/dead-letters/{letter.id}")
        assert again.json()["error"]["code"] == "dead_letter_not_found"
        assert (await client.get(f"/api/turns/{turn_id}")).json()["state"] == "failed"
        status = (await client.get("/api/status")).json()
    assert status["counts"]["dead"] == 0
