from collections.abc import Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa

from sempre.board import Request, StageSettings
from sempre.board.words import Settlement, Stage
from sempre.db.tables import boards as table
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import SETTINGS, Kanban


async def test_what_was_set_stands_there_in_full_and_sealed(kanban: Kanban) -> None:
    stage = StageSettings(model="opus", instructions="canary words", budget_micros=5, wip=1)
    settings = replace(
        SETTINGS,
        stages={Stage.REVIEW: stage},
        test=("canary test",),
        test_seconds=12.5,
        approve_plan=True,
    )
    made = await kanban.boards.create("canvas", "CANV", settings, node="here", by="owner")
    found = await kanban.boards.get("canvas")
    assert found == made
    assert found.settings.stage(Stage.REVIEW) == stage
    assert found.settings.stage(Stage.PLAN) == StageSettings()
    assert (found.version, found.node, found.prefix) == (1, "here", "CANV")
    assert [board.id for board in await kanban.boards.every()] == ["canvas", "shop"]
    async with kanban.store.db.reading() as session:
        rows = (await session.execute(sa.select(table))).all()
    assert "canary" not in str([row._mapping for row in rows])


async def test_its_commands_are_on_the_audit_trail_before_they_count(kanban: Kanban) -> None:
    board = await kanban.boards.get("shop")
    changed = replace(board.settings, test=("rm -rf /",), name="Shop")
    await kanban.boards.change("shop", changed, version=1, by="token:ci")
    await kanban.boards.delete("shop", by="owner")
    (_, _, made), (what, by, details), (gone, _, _) = kanban.audited.records
    assert made["test"] == ("make test",)
    assert (what, by, gone) == ("board.changed", "token:ci", "board.deleted")
    assert details == {"board": "shop", "name": "Shop", "test": ("rm -rf /",)}
    assert await kanban.told() == ["board.created", "board.changed", "board.deleted"]


async def test_the_slower_of_two_changes_is_told_and_nothing_is_overwritten(
    kanban: Kanban,
) -> None:
    board = await kanban.boards.get("shop")
    quick = replace(board.settings, wip=3)
    await kanban.boards.change("shop", quick, version=1, by="ana")
    with pytest.raises(ConflictError, match=r"ana changed .*version 2, not 1"):
        await kanban.boards.change("shop", replace(board.settings, wip=9), version=1, by="rui")
    assert (await kanban.boards.get("shop")).settings.wip == 3
    same = await kanban.boards.change("shop", quick, version=2, by="rui")
    assert (same.version, same.changed_by) == (2, "ana"), "nothing changed"


WRONG: Mapping[str, Mapping[str, object]] = {
    "a relative path": {"repository": "shop"},
    "no name": {"name": " "},
    "no branch": {"base": ""},
    "no room": {"wip": 0},
    "too much room": {"wip": 101},
    "rounds without end": {"test_rounds": 21},
    "fewer than no rounds": {"review_rounds": -1},
    "no time": {"test_seconds": 0},
    "an empty command": {"test": ("make", " ")},
    "a stage without room": {"stages": {Stage.TEST: StageSettings(wip=0)}},
    "a budget below nothing": {"stages": {Stage.TEST: StageSettings(budget_micros=-1)}},
    "endless instructions": {"stages": {Stage.PLAN: StageSettings(instructions="x" * 20_001)}},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
async def test_what_makes_no_sense_is_refused(
    kanban: Kanban, changes: Mapping[str, object]
) -> None:
    with pytest.raises(InvalidError):
        await kanban.board("other", "OTHER", **changes)
    with pytest.raises(NotFoundError):
        await kanban.boards.get("other")


@pytest.mark.parametrize(
    ("board_id", "prefix"),
    [("Shop", "S"), ("a/b", "S"), ("-a", "S"), ("", "S"), ("a", "s"), ("a", "S-1"), ("a", "")],
)
async def test_names_are_such_that_they_fit_into_addresses_and_keys(
    kanban: Kanban, board_id: str, prefix: str
) -> None:
    with pytest.raises(InvalidError):
        await kanban.board(board_id, prefix)


@pytest.mark.parametrize(("board_id", "prefix"), [("shop", "OTHER"), ("other", "SHOP")])
async def test_there_is_one_board_of_an_id_and_of_a_prefix(
    kanban: Kanban, board_id: str, prefix: str
) -> None:
    with pytest.raises(ConflictError, match="shop"):
        await kanban.board(board_id, prefix)


async def test_a_board_goes_only_when_nothing_runs_or_waits_on_it(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    with pytest.raises(ConflictError, match="SHOP-1 on shop is being run"):
        await kanban.boards.delete("shop", by="owner")
    run = await kanban.complete(run)
    with pytest.raises(ConflictError, match="neither merged nor discarded"):
        await kanban.boards.delete("shop", by="owner")
    elsewhere = replace(SETTINGS, repository="/srv/other")
    with pytest.raises(ConflictError, match="neither merged nor discarded"):
        await kanban.boards.change("shop", elsewhere, version=1, by="owner")
    await kanban.runs.settle(run.id, Settlement.DISCARDED, by="owner")
    await kanban.boards.delete("shop", by="owner")
    for gone in (kanban.boards.get("shop"), kanban.cards.get(card.id), kanban.runs.get(run.id)):
        with pytest.raises(NotFoundError):
            await gone


async def test_keys_never_come_again_also_when_a_board_is_made_anew(kanban: Kanban) -> None:
    assert [(await kanban.card()).key for _ in range(2)] == ["SHOP-1", "SHOP-2"]
    second = await kanban.cards.get("SHOP-2")
    await kanban.cards.delete(second.id, by="ana")
    assert (await kanban.card()).key == "SHOP-3"
    await kanban.boards.delete("shop", by="owner")
    await kanban.board()
    assert (await kanban.card()).key == "SHOP-4"
    await kanban.boards.delete("shop", by="owner")
    await kanban.board("store", "SHOP")
    assert (await kanban.card(board="store")).key == "SHOP-5"


async def test_without_worktrees_one_card_runs_at_a_time(kanban: Kanban) -> None:
    await kanban.board("solo", "SOLO", worktree=False, wip=5)
    cards = [await kanban.card(board="solo") for _ in range(2)]
    runs = [await kanban.run(card, Request()) for card in cards]
    assert [run.state for run in runs] == ["running", "queued"]
