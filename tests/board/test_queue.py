import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sempre.board import Card, Request, Run, StageSettings
from sempre.board.words import Column, Decision, Result, RunState, Settlement, Stage, Wait
from sempre.errors import NotFoundError
from tests.board.kanban import SETTINGS, Kanban


async def asked(kanban: Kanban, *cards: Card) -> list[Run]:
    return [await kanban.runs.start(card.id, Request(), by="ana") for card in cards]


async def states(kanban: Kanban, runs: Sequence[Run]) -> list[str]:
    return [(await kanban.runs.get(run.id)).state.value for run in runs]


async def test_as_many_run_as_the_board_allows_and_the_others_follow_in_order(
    kanban: Kanban,
) -> None:
    runs = await asked(kanban, *await kanban.cards_of(4))
    begun = await kanban.queue.start_next("shop")
    assert [run.id for run in begun] == [run.id for run in runs[:2]]
    assert all(run.started_at is not None and run.wait is None for run in begun)
    assert await states(kanban, runs) == ["running", "running", "queued", "queued"]
    assert [run.id for run in await kanban.queue.in_line("shop")] == [run.id for run in runs[2:]]
    assert {run.wait for run in await kanban.queue.in_line("shop")} == {Wait.WIP}
    assert await kanban.queue.start_next("shop") == []
    await kanban.complete(runs[1])
    assert [run.id for run in await kanban.queue.start_next("shop")] == [runs[2].id]
    await kanban.runs.cancel(runs[3].id, by="ana")
    assert await kanban.queue.in_line("shop") == []
    assert await kanban.runs.standing() == {"running": 2}
    assert [run.id for run in await kanban.runs.under_way()] == [runs[0].id, runs[2].id]


async def test_many_that_look_at_once_begin_each_run_once(kanban: Kanban) -> None:
    await asked(kanban, *await kanban.cards_of(6))
    looks = await asyncio.gather(*(kanban.queue.start_next("shop") for _ in range(20)))
    begun = [run.id for look in looks for run in look]
    assert len(begun) == len(set(begun)) == 2


async def test_a_card_begins_when_what_it_depends_on_is_done(kanban: Kanban) -> None:
    one, two, three = await kanban.cards_of(3)
    two = await kanban.cards.change(
        two.id, lambda text: replace(text, needs=(one.id,)), version=1, by="ana"
    )
    first, second, third = await asked(kanban, two, one, three)
    begun = await kanban.queue.start_next("shop")
    assert [run.id for run in begun] == [second.id, third.id], "others go past what can't begin"
    waiting = await kanban.runs.get(first.id)
    assert (waiting.wait, waiting.waits_on) == (Wait.DEPENDENCIES, ("SHOP-1",))
    told = (await kanban.told(two.channel)).count("run.waiting")
    await kanban.queue.start_next("shop")
    assert (await kanban.told(two.channel)).count("run.waiting") == told == 1
    await kanban.complete(second)
    assert await kanban.queue.start_next("shop") == [], "completed is not done"
    await kanban.runs.settle(second.id, Settlement.MERGED, by="owner")
    assert [run.id for run in await kanban.queue.start_next("shop")] == [first.id]


async def test_what_was_archived_undone_holds_up_what_depends_on_it(kanban: Kanban) -> None:
    one, two, three = await kanban.cards_of(3)
    for card, needs in ((two, one), (three, one)):
        await kanban.cards.change(
            card.id, lambda text, needs=needs: replace(text, needs=(needs.id,)), version=1, by="a"
        )
    one = await kanban.move(one, Column.ARCHIVED)
    (run,) = await asked(kanban, two)
    assert await kanban.queue.start_next("shop") == []
    one = await kanban.move(one, Column.DONE)
    await kanban.move(one, Column.ARCHIVED)
    assert [each.id for each in await kanban.queue.start_next("shop")] == [run.id]


async def test_room_in_a_stage_is_given_in_the_order_in_which_runs_come_to_it(
    kanban: Kanban,
) -> None:
    settings = replace(SETTINGS, wip=4, stages={Stage.TEST: StageSettings(wip=1)})
    await kanban.boards.change("shop", settings, version=1, by="owner")
    runs = await asked(kanban, *await kanban.cards_of(3))
    await kanban.queue.start_next("shop")
    one, two, three = runs
    first = await kanban.walk(one, Result.PASSED, Result.PASSED)
    assert first.visit is not None
    assert first.visit.stage is Stage.TEST
    for run in (two, three):
        step = await kanban.walk(run, Result.PASSED, Result.PASSED)
        assert (step.visit, step.run.state, step.run.wait) == (None, "waiting", Wait.STAGE_WIP)
        assert step.run.waits_on == ("test",)
        assert step.run.workflow_stage == "implementing"
        assert (await kanban.visits.proceed(run.id)).run == step.run, "asked again, the same"
    assert await kanban.queue.waiting_for_stage("shop") == [two.id, three.id]
    mend = await kanban.end(first.visit, Result.FAILED)
    assert mend.visit is not None, "who is in the stage stays in it"
    assert (await kanban.visits.proceed(two.id)).visit is None
    await kanban.walk(one, Result.PASSED, Result.PASSED)
    assert (await kanban.visits.proceed(three.id)).visit is None, "not before its turn"
    second = await kanban.visits.proceed(two.id)
    assert second.visit is not None
    assert (second.run.state, second.run.wait) == (RunState.RUNNING, None)
    await kanban.runs.cancel(two.id, by="ana")
    await kanban.end(second.visit, Result.CANCELLED)
    assert (await kanban.visits.proceed(three.id)).visit is not None


async def test_who_waits_for_a_person_gives_its_place_away_and_takes_one_again_in_order(
    kanban: Kanban,
) -> None:
    await kanban.boards.change(
        "shop", replace(SETTINGS, wip=1, approve_plan=True), version=1, by="owner"
    )
    one, two, three = await asked(kanban, *await kanban.cards_of(3))
    await kanban.queue.start_next("shop")
    await kanban.walk(one, Result.PASSED)
    assert [each.id for each in await kanban.queue.start_next("shop")] == [two.id]
    decided = await kanban.visits.decide_plan(one.id, Decision.APPROVED, by="ana")
    assert (decided.state, decided.wait, decided.waits_for_person) == ("waiting", Wait.WIP, False)
    assert await kanban.queue.start_next("shop") == [], "another works meanwhile"
    assert (await kanban.visits.proceed(one.id)).visit is None
    assert [each.id for each in await kanban.queue.in_line("shop")] == [one.id, three.id]
    await kanban.walk(two, Result.PASSED)
    (begun,) = await kanban.queue.start_next("shop")
    assert (begun.id, begun.started_at) == (one.id, decided.started_at), "it was asked for earlier"
    assert (await kanban.next(one)).stage is Stage.IMPLEMENT
    await kanban.visits.decide_plan(two.id, Decision.SENT_BACK, by="ana", comments="Smaller.")
    await kanban.runs.cancel(two.id, by="ana")
    assert (await kanban.runs.get(two.id)).state is RunState.CANCELLED, "in line again, at once"
    history = await kanban.history(await kanban.cards.get(one.card_id))
    assert history.count("run.started") == 1


async def test_runs_that_begin_together_do_not_stand_in_each_other_s_way(kanban: Kanban) -> None:
    settings = replace(SETTINGS, wip=4, stages={Stage.PLAN: StageSettings(wip=1)})
    await kanban.boards.change("shop", settings, version=1, by="owner")
    runs = await asked(kanban, *await kanban.cards_of(2))
    await kanban.queue.start_next("shop")
    assert (await kanban.visits.proceed(runs[0].id)).visit is not None
    assert (await kanban.visits.proceed(runs[1].id)).visit is None


async def test_boards_do_not_take_each_other_s_room(kanban: Kanban) -> None:
    await kanban.board("other", "OTHER", wip=1)
    runs = await asked(kanban, await kanban.card(), await kanban.card(board="other"))
    for board in await kanban.queue.boards():
        await kanban.queue.start_next(board)
    assert await states(kanban, runs) == ["running", "running"]
    assert await kanban.queue.boards() == ["other", "shop"]
    assert await kanban.queue.start_next("none") == []
    with pytest.raises(NotFoundError):
        await kanban.boards.get("none")
