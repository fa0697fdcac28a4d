"""Approvals over HTTP: what waits, in full, and one decision for each, by whoever may decide."""

import asyncio
from collections import Counter
from typing import Any

import httpx2

from sempre.approvals import Approval
from sempre.audit import Trail
from tests.api.house import House
from tests.approvals.desk import ASK, Desk


async def asked(house: House, count: int = 1, **changes: object) -> list[Approval]:
    desk = Desk(house.store)
    turn_id = await desk.turn()
    return [
        await house.parts.approvals.ask(desk.action(turn_id, **changes), ASK) for _ in range(count)
    ]


async def test_what_waits_is_listed_and_shown_in_full(house: House) -> None:
    (waiting,) = await asked(house)
    async with house.operator() as client:
        page = (await client.get("/api/approvals", params={"state": "open"})).json()
        (item,) = page["items"]
        assert (page["open"], page["next"]) == (1, None)
        assert item["headline"] == "Bash: make deploy"
        assert (item["worker"], item["turn_number"], item["prompt_head"]) == (
            "coder",
            1,
            "deploy it",
        )
        assert (item["state"], item["held"], item["risk"]) == ("pending", True, "medium")
        assert item["why"] == "Now I deploy."
        full = (await client.get(f"/api/approvals/{waiting.id}")).json()
        assert {name: full[name] for name in item} == item
        assert full["input"] == {"command": "make deploy", "description": "Olá"}
        assert full["directory"] == "/srv/w"
        assert (await client.get("/api/approvals", params={"state": "closed"})).json()[
            "items"
        ] == []
        status = (await client.get("/api/status")).json()
        assert status["counts"]["approvals"] == 1


async def test_deciding_needs_the_scope_that_is_never_on_disk(small_house: House) -> None:
    (waiting,) = await asked(small_house)
    address = f"/api/approvals/{waiting.id}/decision"
    async with small_house.operator() as client:
        refused = await client.post(address, json={"decision": "approve"})
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "missing_scope"
        assert (await client.get(f"/api/approvals/{waiting.id}")).json()["state"] == "pending"
    async with small_house.owner() as client:
        answer = await client.post(address, json={"decision": "approve"})
        assert (answer.status_code, answer.json()["decided_by"]) == (200, "owner")


async def test_a_changed_call_goes_through_policy_again(small_house: House) -> None:
    (waiting,) = await asked(small_house)
    address = f"/api/approvals/{waiting.id}/decision"
    async with small_house.owner() as client:
        for body, status, code in (
            ({"decision": "approve", "input": {"command": "rm -r x"}}, 403, "always_refused"),
            ({"decision": "refuse", "input": {"command": "ls"}}, 422, "invalid"),
            ({"decision": "maybe"}, 422, "invalid"),
            ({"decision": "approve", "input": "ls"}, 422, "invalid"),
        ):
            answer = await client.post(address, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        body: dict[str, Any] = {"decision": "approve", "input": {"command": "make test"}}
        decided = (await client.post(address, json=body)).json()
        assert decided["state"] == "approved"
        assert decided["changed_input"] == {"command": "make test"}
        assert decided["input"]["command"] == "make deploy"


async def test_two_hundred_decided_from_two_pages_at_once_are_each_decided_once(
    house: House,
) -> None:
    waiting = await asked(house, 200)
    outcomes: dict[str, list[int]] = {each.id: [] for each in waiting}
    reasons: Counter[str] = Counter()

    async def decide(client: httpx2.AsyncClient, approval: Approval, decision: str) -> None:
        address = f"/api/approvals/{approval.id}/decision"
        answer = await client.post(address, json={"decision": decision})
        while (
            answer.status_code == 503
        ):  # the database is busy, so nothing was changed: as it says, again
            await asyncio.sleep(float(answer.headers["retry-after"]))
            answer = await client.post(address, json={"decision": decision})
        outcomes[approval.id].append(answer.status_code)
        if answer.status_code == 409:
            error = answer.json()["error"]
            reasons[error["code"]] += 1
            assert "by owner at" in error["message"]

    async with house.owner() as one, house.owner() as other:
        await asyncio.gather(
            *(decide(one, each, "approve") for each in waiting),
            *(decide(other, each, "refuse") for each in waiting),
        )
        page = (await one.get("/api/approvals", params={"state": "open"})).json()
    assert {tuple(sorted(each)) for each in outcomes.values()} == {(200, 409)}
    assert reasons == Counter({"already_decided": 200})
    assert (page["items"], page["open"]) == ([], 0)


async def test_every_decision_is_on_record_with_who_made_it(small_house: House) -> None:
    (waiting,) = await asked(small_house)
    async with small_house.owner() as client:
        body = {"decision": "refuse", "reason": "Not on a Friday."}
        answer = await client.post(f"/api/approvals/{waiting.id}/decision", json=body)
        assert answer.json()["decision_reason"] == "Not on a Friday."
    trail = Trail(small_house.store.db, small_house.store.keyring)
    entries = await trail.page()
    (entry,) = [each for each in entries if each.what == "approval.decided"]
    assert (entry.by, entry.channel) == ("owner", "files:coder")
    assert entry.details["decision"] == "refuse"
    assert entry.details["input"] == {"command": "make deploy", "description": "Olá"}


async def test_what_is_not_there_is_not_found(small_house: House) -> None:
    nowhere = "00000000-0000-7000-8000-000000000000"
    async with small_house.owner() as client:
        assert (await client.get(f"/api/approvals/{nowhere}")).status_code == 404
        body = {"decision": "approve"}
        answer = await client.post(f"/api/approvals/{nowhere}/decision", json=body)
        assert answer.json()["error"]["code"] == "approval_not_found"
