import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from sempre.board import Request, Run, RunInput
from sempre.board.words import (
    Column,
    Result,
    RunState,
    SessionChoice,
    Settlement,
    Stage,
    VisitKind,
)
from sempre.contract.messages import Failure
from sempre.db.tables import runs as table
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import SETTINGS, Kanban
from tests.support.store import opened

RESUME, FRESH = SessionChoice.RESUME, SessionChoice.FRESH


async def test_what_was_asked_for_stands_there_in_full(kanban: Kanban) -> None:
    card = await kanban.card()
    given = RunInput(description="canary text", spec="canary spec", instructions="canary")
    run = await kanban.runs.start(
        card.id, Request(first=Stage.IMPLEMENT, only=True, input=given), by="ana"
    )
    assert await kanban.runs.get(run.id) == run
    assert (run.number, run.stage, run.state, run.by) == (1, "implement", "queued", "ana")
    assert run.input == given
    assert (run.rules.first, run.rules.only, run.rules.fixes) == (Stage.IMPLEMENT, True, 3)
    assert run.workflow == f"run:{run.id}"
    assert (run.command, run.workflow_stage, run.is_active) == ("implement", "idle", True)
    found = await kanban.cards.get(card.id)
    assert found.run is not None
    assert found.run.id == run.id
    async with kanban.store.db.reading() as session:
        rows = (await session.execute(sa.select(table))).all()
    assert "canary" not in str([row._mapping for row in rows])


async def test_twenty_starts_at_once_are_one_run(kanban: Kanban) -> None:
    card = await kanban.card()
    starts = [kanban.runs.start(card.id, Request(), by=f"p{at}") for at in range(20)]
    done = await asyncio.gather(*starts, return_exceptions=True)
    (run,) = [each for each in done if isinstance(each, Run)]
    refused = [each for each in done if isinstance(each, ConflictError)]
    assert len(refused) == 19
    assert all(each.code == "run_active" and run.id in str(each) for each in refused)
    assert [each.id for each in await kanban.runs.of_card(card.id)] == [run.id]


async def test_two_processes_start_one_run_and_begin_it_once(kanban: Kanban) -> None:
    cards = await kanban.cards_of(6)
    async with opened(kanban.store.url, keyring=kanban.store.keyring) as store:
        pages = [kanban, Kanban(store)]
        starts = [
            page.runs.start(card.id, Request(), by="ana") for card in cards for page in pages * 2
        ]
        done = await asyncio.gather(*starts, return_exceptions=True)
        assert sum(isinstance(each, Run) for each in done) == 6
        assert sum(isinstance(each, ConflictError) for each in done) == 18
        looks = await asyncio.gather(*(page.queue.start_next("shop") for page in pages * 4))
        begun = [run.id for look in looks for run in look]
        assert len(begun) == len(set(begun)) == 2
        steps = await asyncio.gather(
            *(page.visits.proceed(run_id) for run_id in begun for page in pages * 3)
        )
        assert len({step.visit.id for step in steps if step.visit}) == 2


async def test_the_database_itself_takes_no_second_active_run(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.runs.start(card.id, Request(), by="ana")
    async with kanban.store.db.reading() as session:
        row = (await session.execute(sa.select(table))).one()
    values = {**row._mapping, "id": "other", "number": 2}
    with pytest.raises(ConflictError):
        async with kanban.store.db.transaction() as session:
            await session.execute(table.insert().values(values))
    assert [each.id for each in await kanban.runs.of_card(card.id)] == [run.id]


async def test_an_archived_card_is_not_run(kanban: Kanban) -> None:
    card = await kanban.move(await kanban.card(), Column.ARCHIVED)
    with pytest.raises(ConflictError, match="Move it back"):
        await kanban.runs.start(card.id, Request(), by="ana")
    with pytest.raises(NotFoundError):
        await kanban.runs.start("nothing", Request(), by="ana")


async def test_the_rules_of_a_run_are_those_of_its_start(kanban: Kanban) -> None:
    run = await kanban.run(await kanban.card())
    changed = replace(SETTINGS, test_rounds=0, approve_plan=True)
    await kanban.boards.change("shop", changed, version=1, by="owner")
    assert (await kanban.runs.get(run.id)).rules == run.rules
    await kanban.walk(run, Result.PASSED)
    assert (await kanban.runs.get(run.id)).state is RunState.RUNNING


async def test_a_failed_run_stops_at_its_stage_and_is_retried_there_in_its_worktree(
    kanban: Kanban,
) -> None:
    card = await kanban.card()
    given = RunInput(instructions="Mind the tests.")
    run = await kanban.run(card, Request(input=given))
    await kanban.place(run)
    await kanban.runs.set_session(run.id, "s1")
    step = await kanban.walk(run, Result.PASSED, Result.ERROR)
    assert (step.run.state, step.run.stage) == ("failed", "implement")
    assert step.run.failure == Failure(kind="agent", message="It broke.")
    assert step.run.workflow_stage == "error"
    assert (await kanban.cards.get(card.id)).column is Column.IMPLEMENT
    again = await kanban.runs.retry(card.id, by="rui")
    assert (again.number, again.rules.first, again.input) == (2, Stage.IMPLEMENT, given)
    assert (again.previous, again.continues) == (run.id, run.id)
    assert (again.session, again.session_id) == (RESUME, "s1")
    assert (again.branch, again.worktree, again.base) == (
        step.run.branch,
        step.run.worktree,
        step.run.base,
    )
    before = await kanban.runs.get(run.id)
    assert before.settlement is Settlement.CONTINUED, "the later run answers for the worktree"
    assert before.failure is not None
    assert [each.number for each in await kanban.runs.of_card(card.id)] == [2, 1]


async def test_only_what_failed_or_was_cancelled_is_retried(kanban: Kanban) -> None:
    card = await kanban.card()
    with pytest.raises(ConflictError, match="does not exist"):
        await kanban.runs.retry(card.id, by="ana")
    run = await kanban.run(card)
    with pytest.raises(ConflictError, match="is running"):
        await kanban.runs.retry(card.id, by="ana")
    await kanban.complete(run)
    with pytest.raises(ConflictError, match="is completed"):
        await kanban.runs.retry(card.id, by="ana")


@pytest.mark.parametrize(
    ("first", "session", "kind", "goes_on", "same_session"),
    [
        (Stage.PLAN, None, VisitKind.WORK, False, False),
        (Stage.PLAN, RESUME, VisitKind.WORK, True, True),
        (Stage.IMPLEMENT, None, VisitKind.WORK, True, True),
        (Stage.IMPLEMENT, FRESH, VisitKind.WORK, False, False),
        (Stage.IMPLEMENT, FRESH, VisitKind.CHANGES, True, False),
        (Stage.TEST, FRESH, VisitKind.WORK, True, False),
        (Stage.REVIEW, None, VisitKind.WORK, True, True),
    ],
)
async def test_what_a_new_run_goes_on_with(
    kanban: Kanban,
    first: Stage,
    session: SessionChoice | None,
    kind: VisitKind,
    goes_on: bool,
    same_session: bool,
) -> None:
    card = await kanban.card()
    before = await kanban.run(card)
    await kanban.runs.set_session(before.id, "s1")
    await kanban.complete(before)
    comments = RunInput(comments="Blue, please.") if kind is VisitKind.CHANGES else RunInput()
    run = await kanban.runs.start(
        card.id, Request(first=first, session=session, kind=kind, input=comments), by="ana"
    )
    assert (run.continues == before.id) == goes_on
    assert (run.worktree is not None) == goes_on
    assert (run.session_id == "s1") == same_session
    settled = (await kanban.runs.get(before.id)).settlement
    assert settled == (Settlement.CONTINUED if goes_on else None)


async def test_nothing_goes_on_in_what_was_merged_or_discarded(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.complete(await kanban.run(card))
    await kanban.runs.settle(run.id, Settlement.DISCARDED, by="owner")
    fresh = await kanban.runs.start(card.id, Request(first=Stage.TEST), by="ana")
    assert (fresh.continues, fresh.worktree, fresh.session) == (None, None, FRESH)


@pytest.mark.parametrize(
    "request_",
    [
        Request(kind=VisitKind.FIX),
        Request(first=Stage.TEST, kind=VisitKind.CHANGES, input=RunInput(comments="x")),
        Request(input=RunInput(description="x" * 100_001)),
        Request(first=Stage.IMPLEMENT, kind=VisitKind.CHANGES),
    ],
)
async def test_a_request_without_sense_starts_nothing(kanban: Kanban, request_: Request) -> None:
    card = await kanban.card()
    with pytest.raises(InvalidError):
        await kanban.runs.start(card.id, request_, by="ana")
    assert await kanban.runs.of_card(card.id) == []
    assert await kanban.history(card) == ["card.created"]


async def test_what_waits_in_line_is_cancelled_at_once(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.runs.start(card.id, Request(), by="ana")
    cancelled = await kanban.runs.cancel(run.id, by="rui")
    assert (cancelled.state, cancelled.workflow_stage) == ("cancelled", "idle")
    assert cancelled.ended_at is not None
    assert (await kanban.cards.get(card.id)).column is Column.BACKLOG
    assert await kanban.queue.start_next("shop") == []
    with pytest.raises(ConflictError, match="ended already"):
        await kanban.runs.cancel(run.id, by="rui")


async def test_what_runs_is_cancelled_when_its_stage_has_ended(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    await kanban.place(run)
    visit = await kanban.next(run)
    noted = await kanban.runs.cancel(run.id, by="rui")
    assert (noted.state, noted.cancel_requested) == ("running", True)
    await kanban.runs.cancel(run.id, by="rui")
    assert (await kanban.visits.proceed(run.id)).visit == visit, "its turn is still to be ended"
    step = await kanban.end(visit, Result.PASSED)
    assert (step.run.state, step.visit) == ("cancelled", None), "whatever the stage came to"
    assert step.run.worktree is not None
    assert (await kanban.told(card.channel)).count("run.cancelling") == 1


async def test_work_is_settled_once(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    with pytest.raises(ConflictError, match="has not ended"):
        await kanban.runs.settle(run.id, Settlement.MERGED, by="owner")
    await kanban.complete(run)
    merged = [
        kanban.runs.settle(run.id, Settlement.MERGED, by="owner", commit="c1") for _ in range(5)
    ]
    for each in await asyncio.gather(*merged):
        assert (each.settlement, each.settled_commit, each.settled_by) == ("merged", "c1", "owner")
        assert not each.waits_for_person
    with pytest.raises(ConflictError, match="is merged already"):
        await kanban.runs.settle(run.id, Settlement.DISCARDED, by="owner")
    assert (await kanban.told(card.channel)).count("run.settled") == 1
    card = await kanban.cards.get(card.id)
    assert (card.column, card.done_at is not None) == ("done", True)


async def test_discarded_work_puts_the_card_back(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.complete(await kanban.run(card))
    await kanban.runs.settle(run.id, Settlement.DISCARDED, by="owner")
    assert (await kanban.cards.get(card.id)).column is Column.BACKLOG


async def test_a_run_that_cannot_begin_fails_with_the_reason(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    failure = Failure(kind="repository", message="The repository is dirty. Commit first.")
    failed = await kanban.runs.fail(run.id, failure)
    assert (failed.state, failed.failure) == ("failed", failure)
    other = await kanban.runs.fail(run.id, Failure(kind="x", message="y"))
    assert other == failed, "told again nothing changes"
    assert (await kanban.told(card.channel))[-1] == "run.ended"


async def test_the_engine_gets_another_workflow_for_a_run_that_lost_its_own(
    kanban: Kanban,
) -> None:
    run = await kanban.run(await kanban.card())
    first = f"run:{run.id}:1"
    assert [
        (await kanban.runs.renew(run.id, seen=seen)).workflow
        for seen in (run.workflow, run.workflow, first)
    ] == [first, first, f"run:{run.id}:2"]
    await kanban.complete(run)
    with pytest.raises(ConflictError):
        await kanban.runs.renew(run.id, seen=run.workflow)


async def test_where_the_spec_and_the_branch_are_stands_on_the_card(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    await kanban.place(run)
    for _ in range(2):
        await kanban.runs.set_spec(run.id, "specs/cart.md")
    await kanban.runs.set_result(run.id, "Approved.")
    found = await kanban.cards.get(card.id)
    assert (found.text.spec_path, found.version) == ("specs/cart.md", 1)
    assert found.text.branch == f"card/{card.id}-1"
    assert (await kanban.runs.get(run.id)).result == "Approved."
    assert (await kanban.told(card.channel)).count("run.spec") == 1
