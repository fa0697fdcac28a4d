import asyncio
from datetime import timedelta

from sempre import clock
from sempre.api import dead_letters
from sempre.api.dead_letters import DeadLetterPage
from sempre.contract.messages import TurnState
from tests.api.house import House
from tests.support.store import CHANNEL

NOBODY = "00000000-0000-7000-8000-000000000000"


async def dead(house: House, *texts: str, channel: str = CHANNEL) -> list[str]:
    ids = await house.store.accept(*texts, channel=channel)
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
    (entry,) = await house.parts.audit.page()
    assert (entry.what, entry.channel) == ("dead_letters.purged", letter.channel)


async def bulk(house: House, **wish: object) -> dict[str, int]:
    async with house.operator() as client:
        answer = await client.post("/api/dead-letters/bulk", json=wish)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_many_are_counted_first_and_then_tried_again_oldest_first(house: House) -> None:
    ids = await dead(house, "a", "b", "c")
    await dead(house, "d", channel="files:other")
    mine = {"channel": CHANNEL}
    counted = await bulk(house, action="retry", filter=mine)
    assert counted == {"matched": 3, "done": 0, "skipped": 0, "remaining": 3}
    assert await house.parts.dead_letters.count() == 4, "nothing was changed"
    done = await bulk(house, action="retry", filter=mine, dry_run=False)
    assert done == {"matched": 3, "done": 3, "skipped": 0, "remaining": 0}
    states = [(await house.parts.turns.get(each)).state for each in ids]
    assert set(states) == {TurnState.QUEUED}
    assert await house.parts.dead_letters.count() == 1
    (entry,) = await house.parts.audit.page()
    assert (entry.what, entry.by, entry.details["count"]) == ("dead_letters.retried", "local", 3)


async def test_many_are_purged_by_kind_and_age(house: House) -> None:
    await dead(house, "a", "b")
    hour = timedelta(hours=1)
    before = {"created_before": (clock.now() - hour).isoformat()}
    none = await bulk(house, action="purge", filter=before, dry_run=False)
    assert none["done"] == 0
    other = await bulk(house, action="purge", filter={"kind": "crashed"}, dry_run=False)
    assert other["matched"] == 0
    with clock.shifted(hour * 2):
        after = {"created_before": (clock.now() - hour).isoformat(), "kind": "invalid"}
        assert (await bulk(house, action="purge", filter=after, dry_run=False))["done"] == 2
    assert await house.parts.dead_letters.count() == 0


async def test_two_who_clear_at_once_do_it_once(house: House) -> None:
    await dead(house, *(f"p{at}" for at in range(10)))
    wish = {"action": "retry", "dry_run": False}
    answers = await asyncio.gather(*(bulk(house, **wish) for _ in range(3)))
    assert sum(each["done"] for each in answers) == 10


async def test_one_that_is_being_put_away_is_left_for_later(small_house: House) -> None:
    (turn_id,) = await small_house.store.accept("a")
    await small_house.store.fail(turn_id)
    done = await bulk(small_house, action="retry", dry_run=False)
    assert done == {"matched": 1, "done": 0, "skipped": 1, "remaining": 0}


async def test_the_list_narrows_as_the_bulk_does(small_house: House) -> None:
    await dead(small_house, "a")
    await dead(small_house, "b", channel="files:other")
    async with small_house.operator() as client:
        found = await client.get("/api/dead-letters", params={"channel": "files:other"})
        assert [each["payload"] for each in found.json()["items"]] == ["b"]
        none = await client.get("/api/dead-letters", params={"kind": "crashed"})
        assert none.json()["items"] == []
        odd = await client.get("/api/dead-letters", params={"kind": "' OR 1=1"})
        assert odd.status_code == 422
