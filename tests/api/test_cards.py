import asyncio
from typing import Any

import httpx2
import pytest

from tests.api.board_rig import Bench, new_bench
from tests.api.house import House

NOBODY = "00000000-0000-7000-8000-000000000000"
PROMISED = {
    "id",
    "status",
    "command",
    "workflowStage",
    "workflowError",
    "startedAt",
    "completedAt",
}


async def bench_of(house: House, **settings: object) -> Bench:
    return await new_bench(house.store, house.parts.board, house.home, **settings)


async def new(client: httpx2.AsyncClient, title: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/cards", json={"board": "shop", "title": title, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def titles(client: httpx2.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/api/cards", params=query)
    assert answer.status_code == 200, answer.text
    return [card["title"] for card in answer.json()]


async def test_a_card_is_written_read_changed_and_deleted(house: House) -> None:
    await bench_of(house)
    async with house.operator() as client:
        made = await new(client, "Add a cart", description="# Why\né", labels=["ui"])
        assert (made["key"], made["column"], made["version"]) == ("SHOP-1", "backlog", 1)
        assert made["channel"] == "board:shop/SHOP-1"
        assert (made["activeExecution"], made["run"]) == (None, None)
        for name in ("SHOP-1", made["id"]):
            assert (await client.get(f"/api/cards/{name}")).json() == made
        change = {"version": 1, "title": "Add a basket", "priority": "high", "model": "opus"}
        changed = (await client.patch("/api/cards/SHOP-1", json=change)).json()
        assert (changed["title"], changed["priority"], changed["version"]) == (
            "Add a basket",
            "high",
            2,
        )
        assert (changed["description"], changed["labels"]) == ("# Why\né", ["ui"])
        cleared = await client.patch("/api/cards/SHOP-1", json={"version": 2, "model": None})
        assert cleared.json()["model"] is None
        assert (await client.delete("/api/cards/SHOP-1")).status_code == 204
        assert (await client.get("/api/cards/SHOP-1")).status_code == 404


async def test_the_slower_of_two_changes_is_told_what_the_other_did(house: House) -> None:
    await bench_of(house)
    async with house.operator() as client:
        await new(client, "Add a cart")
        path, first = "/api/cards/SHOP-1", {"version": 1, "title": "Mine"}
        answers = await asyncio.gather(
            client.patch(path, json=first),
            client.patch(path, json={"version": 1, "title": "Yours"}),
            client.post(f"{path}/move", json={"version": 1, "column": "done"}),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        late = await client.patch(path, json=first)
        error = late.json()["error"]
    assert (late.status_code, error["code"]) == (409, "version_conflict")
    assert "local" in error["message"]


async def test_cards_are_found_by_words_column_label_and_state(small_house: House) -> None:
    bench = await bench_of(small_house)
    async with small_house.operator() as client:
        await new(client, "Add a cart", description="with Açaí", labels=["ui", "api"])
        await new(client, "Pay", labels=["api"])
        await new(client, "Old", column="archived")
        card = await bench.card("Runs")
        await client.post(f"/api/cards/{card.key}/run")
        assert await titles(client) == ["Add a cart", "Pay", "Runs"]
        assert await titles(client, q="açaí CART") == ["Add a cart"]
        assert await titles(client, q="SHOP-2") == ["Pay"]
        assert await titles(client, label=["api", "ui"]) == ["Add a cart"]
        assert await titles(client, column=["archived", "done"]) == ["Old"]
        assert await titles(client, state="running") == ["Runs"]
        assert await titles(client, board="shop", q="nothing") == []
        assert await titles(client, board="other") == []


async def test_cards_are_moved_beside_others_and_stay_there(small_house: House) -> None:
    await bench_of(small_house)
    async with small_house.operator() as client:
        for title in "abc":
            await new(client, title)
        move = {"column": "backlog", "before": "SHOP-1", "version": 1}
        assert (await client.post("/api/cards/SHOP-3/move", json=move)).status_code == 200
        assert await titles(client) == ["c", "a", "b"]
        move = {"column": "review", "version": 1}
        assert (await client.post("/api/cards/SHOP-1/move", json=move)).json()["column"] == "review"
        gone = {"column": "backlog", "after": "SHOP-1", "version": 1}
        answer = await client.post("/api/cards/SHOP-2/move", json=gone)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "place_gone")


async def test_what_a_card_needs_is_named_by_key_and_cycles_are_refused(
    small_house: House,
) -> None:
    await bench_of(small_house)
    async with small_house.operator() as client:
        first = await new(client, "first")
        second = await new(client, "second", needs=["SHOP-1"])
        assert second["needs"] == [first["id"]]
        assert second["dependencies"] == [
            {
                "id": first["id"],
                "key": "SHOP-1",
                "title": "first",
                "column": "backlog",
                "done": False,
            }
        ]
        circle = await client.patch("/api/cards/SHOP-1", json={"version": 1, "needs": ["SHOP-2"]})
        assert (circle.status_code, circle.json()["error"]["code"]) == (422, "dependency_cycle")
        unknown = await client.patch("/api/cards/SHOP-1", json={"version": 1, "needs": ["SHOP-9"]})
        assert unknown.status_code == 404


async def test_each_card_shows_its_run_as_was_promised(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        await client.post(f"/api/cards/{card.key}/run")
        (shown,) = (await client.get("/api/cards")).json()
        active = shown["activeExecution"]
        assert set(active) == PROMISED
        assert (active["status"], active["command"], active["workflowStage"]) == (
            "running",
            "plan",
            "planning",
        )
        assert (active["workflowError"], active["completedAt"]) == (None, None)
        assert (shown["run"]["isActive"], shown["run"]["isStuck"]) == (True, False)
        await client.post(f"/api/cards/{card.key}/cancel")
        await bench.board.visits.proceed(active["id"])
        (shown,) = (await client.get("/api/cards")).json()
    ended = shown["activeExecution"]
    assert (ended["id"], ended["status"], ended["workflowStage"]) == (
        active["id"],
        "cancelled",
        "idle",
    )
    assert ended["completedAt"] is not None


async def test_its_history_is_newest_first_and_paged(small_house: House) -> None:
    await bench_of(small_house)
    async with small_house.operator() as client:
        await new(client, "a")
        await client.patch("/api/cards/SHOP-1", json={"version": 1, "title": "b"})
        await client.post("/api/cards/SHOP-1/move", json={"column": "done", "version": 2})
        path = "/api/cards/SHOP-1/history"
        first = (await client.get(path, params={"limit": 2})).json()
        rest = (await client.get(path, params={"before": first[-1]["id"]})).json()
    assert [each["kind"] for each in first + rest] == ["card.moved", "card.changed", "card.created"]
    assert first[1]["details"]["changed"] == ["title"]


async def test_the_spec_is_what_stands_in_the_repository(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card(spec_path="README.md")
    other = await bench.card()
    async with small_house.operator() as client:
        spec = (await client.get(f"/api/cards/{card.key}/spec")).json()
        none = (await client.get(f"/api/cards/{other.key}/spec")).json()
    assert spec == {"path": "README.md", "text": "A shop.\n", "executionId": None}
    assert none == {"path": None, "text": None, "executionId": None}


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1, "title": None},
        {"version": 1, "title": "two\nlines"},
        {"version": 1, "labels": ["a,b"]},
        {"version": 1, "budgetMicros": -1},
        {"version": 1, "specPath": "../out"},
        {"version": 1, "needs": ["x"]},
        {"title": "no version"},
        {"version": 1, "nonsense": 1},
        {"version": 1, "spec_path": "snake.md"},
    ],
    ids=str,
)
async def test_odd_changes_are_refused(small_house: House, change: dict[str, object]) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        answer = await client.patch(f"/api/cards/{card.key}", json=change)
        assert answer.status_code == 422, answer.text
        assert (await client.get(f"/api/cards/{card.key}")).json()["version"] == 1


@pytest.mark.parametrize("name", ["x", "shop-1", "SHOP-", "..%2f", "%00", "A" * 500, "SHOP-1%0A"])
async def test_odd_names_are_refused_and_break_nothing(small_house: House, name: str) -> None:
    async with small_house.operator() as client:
        answers = [
            await client.get(f"/api/cards/{name}"),
            await client.post(f"/api/cards/{name}/run"),
            await client.get(f"/api/logs/{name}"),
            await client.patch(f"/api/cards/{name}/workflow-state", params={"stage": "planning"}),
        ]
    assert {answer.status_code for answer in answers} <= {404, 405, 422}


@pytest.mark.parametrize("name", [NOBODY, "NONE-1"])
async def test_what_is_not_there_is_not_found(small_house: House, name: str) -> None:
    async with small_house.operator() as client:
        answers = [
            await client.get(f"/api/cards/{name}"),
            await client.delete(f"/api/cards/{name}"),
            await client.get(f"/api/cards/{name}/runs"),
            await client.get(f"/api/cards/{name}/images"),
            await client.post(f"/api/cards/{name}/cancel"),
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["error"]["code"] for answer in answers} == {"card_not_found"}
