"""Budgets over HTTP: as they stand, set and cleared by whoever may, and a turn released."""

from typing import Any

import httpx2
import pytest

from sempre.budgets import OverBudgetError
from tests.api.house import House
from tests.budgets.pot import COST, OPUS, TOKENS, USED, Caller

CODER = "files:coder"


async def spend(house: House, turn_id: str, calls: int = 1) -> None:
    for _ in range(calls):
        ledger = house.parts.money.ledger
        entry = await ledger.begin(Caller(CODER, turn_id=turn_id), OPUS, agent=None)
        await ledger.settle(entry, USED, model=None)


async def budgets(client: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await client.get("/api/budgets")
    assert answer.status_code == 200, answer.text
    return {each["scope"]: each for each in answer.json()["items"]}


async def test_how_they_stand_with_what_is_spent_and_reserved(house: House) -> None:
    async with house.owner() as owner:
        found = await budgets(owner)
        assert set(found) == {"day", "channel", "turn"}
        assert found["day"]["micros"] is None
        assert found["day"]["used_ratio"] is None
        for scope, micros in (("day", 10 * COST), ("turn", 5 * COST)):
            answer = await owner.put(f"/api/budgets/{scope}", json={"micros": micros})
            assert answer.status_code == 200, answer.text
            assert answer.json()["changed_by"] == "owner"
        purse = house.parts.money.purse
        assert await purse.reserve("t1", CODER) is None
        await spend(house, "t1", 2)
        found = await budgets(owner)
    day, channel = found["day"], found[f"channel:{CODER}"]
    assert (day["spent_micros"], day["spent_tokens"]) == (2 * COST, 2 * TOKENS)
    assert (day["reserved_micros"], day["used_ratio"]) == (3 * COST, 0.2)
    assert (channel["inherited"], channel["spent_micros"], channel["micros"]) == (
        True,
        2 * COST,
        None,
    )
    await purse.settle("t1")


async def test_the_local_token_lowers_and_does_not_raise(house: House) -> None:
    path = "/api/budgets/day"
    async with house.operator() as operator, house.owner() as owner:
        assert (await operator.put(path, json={"micros": 1000})).status_code == 200
        refused = await operator.put(path, json={"micros": 1001})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "missing_scope")
        assert (await operator.put(path, json={"micros": None})).status_code == 403
        assert (await operator.delete(path)).status_code == 403
        assert (await operator.put(path, json={"micros": 999, "tokens": 5})).status_code == 200
        assert (await owner.put(path, json={"micros": 5000})).status_code == 200
        cleared = await owner.delete(path)
        assert (cleared.status_code, cleared.json()["micros"]) == (200, None)
        assert (await owner.delete(path)).status_code == 404


async def test_one_channel_has_its_own_and_the_name_may_hold_slashes(house: House) -> None:
    scope = "channel:whatsapp:shop/551199"
    async with house.owner() as owner:
        answer = await owner.put(f"/api/budgets/{scope}", json={"tokens": 5, "warn_percent": 50})
        assert answer.status_code == 200, answer.text
        found = (await budgets(owner))[scope]
        assert (found["tokens"], found["warn_percent"], found["inherited"]) == (5, 50, False)
        quoted = "channel%3Awhatsapp%3Ashop%2F551199"
        assert (await owner.delete(f"/api/budgets/{quoted}")).status_code == 200
        assert scope not in await budgets(owner)


@pytest.mark.parametrize(
    ("scope", "body"),
    [
        ("week", {"micros": 1}),
        ("day", {"micros": -1}),
        ("day", {"micros": 10**16}),
        ("day", {"micros": 1.5}),
        ("day", {"dollars": 1}),
        ("day", {"micros": 1, "warn_percent": 0}),
        ("channel:nonsense", {"micros": 1}),
    ],
)
async def test_nonsense_is_refused(small_house: House, scope: str, body: dict[str, object]) -> None:
    async with small_house.owner() as owner:
        assert (await owner.put(f"/api/budgets/{scope}", json=body)).status_code == 422


async def test_a_turn_that_waits_for_a_budget_is_released_by_who_may_approve(house: House) -> None:
    (turn_id,) = await house.store.accept("a")
    path, much = f"/api/turns/{turn_id}/release", {"extra_micros": COST}
    purse = house.parts.money.purse
    async with house.owner() as owner, house.operator() as operator:
        assert (await owner.post(path, json=much)).status_code == 409, "it waits for nothing"
        await owner.put("/api/budgets/day", json={"micros": 0})
        refusal = await purse.reserve(turn_id, CODER)
        assert refusal is not None
        await house.store.attempts.park(turn_id, "budget", refusal.message, refusal.until)
        assert (await owner.get("/api/budgets")).json()["parked_turns"] == 1
        assert (await operator.post(path, json=much)).status_code == 403
        assert (await owner.post(path, json={})).status_code == 422
        answer = await owner.post(path, json=much)
        assert (answer.status_code, answer.json()["id"]) == (200, turn_id)
    assert await purse.reserve(turn_id, CODER) is None
    await spend(house, turn_id)
    with pytest.raises(OverBudgetError):
        await spend(house, turn_id)
    await purse.settle(turn_id)
