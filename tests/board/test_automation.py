import asyncio
from itertools import pairwise

import pytest

from sempre.board import Card, Request
from sempre.board.words import Column, RunKind, RunState, WorkflowStage
from sempre.board.workflow_states import InvalidTransitionError, allowed, require
from sempre.errors import ConflictError
from tests.board.kanban import Kanban

S = WorkflowStage
WALK = [S.PLANNING, S.IMPLEMENTING, S.TESTING, S.REVIEWING, S.COMPLETED]


async def put(kanban: Kanban, card: Card, *stages: WorkflowStage, error: str | None = None) -> str:
    run = None
    for stage in stages:
        run = await kanban.automation.set_state(card.id, stage, error=error, by="token:ci")
        assert run.workflow_stage is stage
    assert run is not None
    return run.id


async def test_an_automation_outside_walks_a_card_in_one_execution(kanban: Kanban) -> None:
    card = await kanban.card()
    ids = {await put(kanban, card, stage) for stage in WALK}
    (run,) = await kanban.runs.of_card(card.id)
    assert ids == {run.id}
    assert (run.kind, run.command, run.state) == (RunKind.WORKFLOW, "workflow", "completed")
    assert not run.waits_for_person
    assert (await kanban.cards.get(card.id)).column is Column.REVIEW
    moved = (await kanban.history(card)).count("card.moved")
    assert moved == 4


async def test_after_an_end_it_begins_anew_at_any_stage(kanban: Kanban) -> None:
    card = await kanban.card()
    failed = await put(kanban, card, S.TESTING)
    await put(kanban, card, S.ERROR, error="No disk.")
    run = await kanban.runs.get(failed)
    assert (run.state, run.failure and run.failure.message) == ("failed", "No disk.")
    assert await put(kanban, card, S.ERROR) == failed, "said again nothing changes"
    again = await put(kanban, card, S.TESTING)
    assert again != failed
    await put(kanban, card, S.IDLE)
    assert (await kanban.runs.get(again)).state is RunState.CANCELLED
    assert (await kanban.runs.get(again)).number == 2


async def test_steps_that_do_not_follow_are_refused_and_change_nothing(kanban: Kanban) -> None:
    card = await kanban.card()
    for wrong in (S.COMPLETED, S.ERROR):
        with pytest.raises(InvalidTransitionError):
            await put(kanban, card, wrong)
    with pytest.raises(InvalidTransitionError, match="Begin one"):
        await put(kanban, card, S.IDLE)
    assert await kanban.runs.of_card(card.id) == []
    await put(kanban, card, S.PLANNING, S.PLANNING)
    with pytest.raises(InvalidTransitionError, match="reviewing does not follow") as told:
        await put(kanban, card, S.REVIEWING)
    assert told.value.code == "invalid_transition"
    assert "implementing" in str(told.value)
    (run,) = await kanban.runs.of_card(card.id)
    assert run.workflow_stage is S.PLANNING


async def test_two_that_begin_at_once_share_one_execution(kanban: Kanban) -> None:
    card = await kanban.card()
    await asyncio.gather(*(put(kanban, card, S.PLANNING) for _ in range(10)))
    assert len(await kanban.runs.of_card(card.id)) == 1


async def test_a_run_of_ours_is_nobody_else_s_and_the_other_way_round(kanban: Kanban) -> None:
    one, two = await kanban.cards_of(2)
    run = await kanban.run(one)
    with pytest.raises(ConflictError, match="Cancel the run first"):
        await put(kanban, one, S.PLANNING)
    await kanban.runs.cancel(run.id, by="ana")
    await put(kanban, two, S.PLANNING)
    with pytest.raises(ConflictError, match="has a run already"):
        await kanban.runs.start(two.id, Request(), by="ana")
    assert [each.id for each in await kanban.runs.under_way()] == [run.id], "it has no workflow"


async def test_an_archived_card_is_not_pulled_back(kanban: Kanban) -> None:
    card = await kanban.card()
    run_id = await put(kanban, card, *WALK)
    card = await kanban.move(await kanban.cards.get(card.id), Column.ARCHIVED)
    for stage in (S.PLANNING, S.COMPLETED, S.IDLE):
        with pytest.raises(ConflictError, match="Move it back") as told:
            await put(kanban, card, stage)
        assert told.value.code == "card_archived"
    assert (await kanban.cards.get(card.id)).column is Column.ARCHIVED
    assert [each.id for each in await kanban.runs.of_card(card.id)] == [run_id]


async def test_a_person_may_end_what_an_automation_left_open(kanban: Kanban) -> None:
    card = await kanban.card()
    run_id = await put(kanban, card, S.PLANNING)
    step = await kanban.visits.proceed(run_id)
    assert (step.visit, step.run.state) == (None, "running"), "its stages are nobody's here"
    cancelled = await kanban.runs.cancel(run_id, by="ana")
    assert (cancelled.state, cancelled.workflow_stage) == ("cancelled", "idle")
    with pytest.raises(InvalidTransitionError):
        await put(kanban, card, S.COMPLETED)


def test_from_every_stage_the_story_can_go_on_and_end() -> None:
    for stage in S:
        assert stage in allowed(stage)
        require(stage, stage)
    for stage in WALK[:-1]:
        assert {S.ERROR, S.IDLE} <= allowed(stage)
    for ended in (S.IDLE, S.COMPLETED, S.ERROR):
        assert allowed(ended) == {ended, *WALK[:-1]}
    for before, after in pairwise(WALK):
        assert after in allowed(before)
    assert S.IMPLEMENTING in allowed(S.TESTING) & allowed(S.REVIEWING)
    assert S.COMPLETED not in allowed(S.TESTING)
    assert S.PLANNING not in allowed(S.IMPLEMENTING)
