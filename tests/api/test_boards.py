import shutil
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sempre.audit import Trail
from sempre.board.words import Column
from tests.api.board_rig import git, new_bench, new_repository
from tests.api.house import House

WISH = {"id": "shop", "prefix": "SHOP", "name": "Shop", "test": ["pytest -q"]}


def wish(repository: Path, **more: Any) -> dict[str, Any]:
    return {**WISH, "repository": str(repository), **more}


async def create(client: httpx2.AsyncClient, home: Path, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/boards", json=wish(new_repository(home / "r"), **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_board_is_made_set_and_deleted(house: House) -> None:
    async with house.owner() as client:
        made = await create(client, house.home, stages={"plan": {"model": "opus", "wip": 1}})
        assert (made["version"], made["node"], made["channel"]) == (1, "here", "board:shop")
        assert made["stages"]["plan"]["model"] == "opus"
        assert made["stages"]["test"]["model"] is None
        assert made["cards"] == dict.fromkeys(Column, 0)
        change = {**wish(house.home / "r", wip=5), "version": 1}
        del change["id"], change["prefix"]
        changed = (await client.put("/api/boards/shop", json=change)).json()
        assert (changed["wip"], changed["version"], changed["stages"]["plan"]["model"]) == (
            5,
            2,
            None,
        )
        late = await client.put("/api/boards/shop", json=change)
        assert late.status_code == 409
        assert (await client.delete("/api/boards/shop")).status_code == 204
        assert (await client.get("/api/boards")).json() == []
        assert (await client.get("/api/boards/shop")).status_code == 404


async def test_its_cards_are_counted_by_column(small_house: House) -> None:
    bench = await new_bench(small_house.store, small_house.parts.board, small_house.home)
    await bench.card()
    async with small_house.operator() as client:
        (board,) = (await client.get("/api/boards")).json()
    assert board["cards"]["backlog"] == 1


async def test_what_it_will_run_is_on_the_audit_trail(small_house: House) -> None:
    async with small_house.owner() as client:
        await create(client, small_house.home)
        trail = (await client.get("/api/audit")).json()["items"]
    entry = next(each for each in trail if each["what"] == "board.created")
    assert entry["details"]["test"] == ["pytest -q"]
    assert entry["by"] == "owner"
    assert isinstance(small_house.parts.audit, Trail)


async def test_a_place_without_a_repository_is_refused_before_anything_is_made(
    small_house: House,
) -> None:
    async with small_house.owner() as client:
        answer = await client.post("/api/boards", json=wish(small_house.home / "nowhere"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_repository")
        wrong = wish(new_repository(small_house.home / "r"), base="master")
        answer = await client.post("/api/boards", json=wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_branch")
        assert (await client.get("/api/boards")).json() == []


async def test_a_check_tells_what_stands_in_the_way(small_house: House) -> None:
    async with small_house.owner() as client:
        await create(client, small_house.home)
        (fine,) = (await client.get("/api/boards/shop/check")).json()
        assert fine["level"] == "ok"
        (small_house.home / "r" / "README.md").write_text("changed")
        (dirty,) = (await client.get("/api/boards/shop/check")).json()
        assert (dirty["check"], dirty["level"]) == ("dirty", "problem")
        assert "README.md" in dirty["message"]
        assert dirty["remedy"]
        shutil.rmtree(small_house.home / "r")
        (gone,) = (await client.get("/api/boards/shop/check")).json()
        assert gone["check"] == "no_repository"


async def test_a_board_of_another_machine_is_not_looked_at_here(small_house: House) -> None:
    bench = await new_bench(small_house.store, small_house.parts.board, small_house.home)
    settings = (await bench.board.boards.get("shop")).settings
    await bench.board.boards.create("far", "FAR", settings, node="there", by="owner")
    async with small_house.operator() as client:
        (finding,) = (await client.get("/api/boards/far/check")).json()
    assert (finding["check"], finding["level"]) == ("elsewhere", "note")


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "Shop"},
        {"id": ""},
        {"prefix": "shop"},
        {"repository": "relative"},
        {"wip": 0},
        {"test": [""]},
        {"stages": {"deploy": {}}},
        {"stages": {"plan": {"model": "a\nb"}}},
        {"test_seconds": 0},
        {"nonsense": 1},
    ],
    ids=str,
)
async def test_odd_settings_are_refused_with_words(
    small_house: House, odd: dict[str, object]
) -> None:
    repository = new_repository(small_house.home / "r")
    async with small_house.owner() as client:
        answer = await client.post("/api/boards", json={**wish(repository), **odd})
    assert answer.status_code in {409, 422}, answer.text
    assert answer.json()["error"]["message"]


async def test_a_board_with_work_is_not_deleted(small_house: House) -> None:
    bench = await new_bench(small_house.store, small_house.parts.board, small_house.home)
    card = await bench.card()
    async with small_house.owner() as client:
        assert (await client.post(f"/api/cards/{card.key}/run")).status_code == 202
        answer = await client.delete("/api/boards/shop")
    assert answer.status_code == 409
    assert git(bench.repository, "branch", "--list", "main")
