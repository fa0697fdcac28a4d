import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from sempre.board import Ended, Request, Run, Verdict, VerdictComment, Visit
from sempre.board.words import (
    Column,
    Decision,
    Result,
    RunState,
    Stage,
    VisitKind,
    Wait,
)
from sempre.contract.messages import Failure
from sempre.db.tables import run_stages
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import SETTINGS, Kanban

PASSED = Result.PASSED


async def running(kanban: Kanban, request: Request | None = None) -> Run:
    return await kanban.place(await kanban.run(await kanban.card(), request))


async def path(kanban: Kanban, run: Run) -> list[str]:
    return [
        each.stage if each.kind is VisitKind.WORK else f"{each.stage} {each.kind}"
        for each in await kanban.visits.of_run(run.id)
    ]


async def test_a_run_walks_its_card_through_all_stages(kanban: Kanban) -> None:
    run = await running(kanban)
    columns: list[str] = []
    step = await kanban.visits.proceed(run.id)
    while step.visit is not None:
        assert (step.run.stage, step.run.state) == (step.visit.stage, "running")
        columns.append((await kanban.cards.get(run.card_id)).column)
        step = await kanban.end(step.visit)
    assert columns == ["plan", "implement", "test", "review"]
    assert await path(kanban, run) == ["plan", "implement", "test", "review"]
    assert (step.run.state, step.run.workflow_stage) == ("completed", "completed")
    assert step.run.waits_for_person
    assert step.run.ended_at is not None
    assert [each.position for each in await kanban.visits.of_run(run.id)] == [1, 2, 3, 4]
    card = await kanban.cards.get(run.card_id)
    assert (card.column, card.version) == (Column.REVIEW, 1)
    assert await kanban.history(card) == await kanban.told(card.channel)
    assert (await kanban.history(card))[:6] == [
        "card.created",
        "run.queued",
        "run.started",
        "card.moved",
        "run.stage",
        "run.stage_ended",
    ]
    assert await kanban.visits.proceed(run.id) == step, "what has ended has ended"


async def test_a_test_that_fails_and_a_review_with_changes_go_back(kanban: Kanban) -> None:
    run = await running(kanban)
    step = await kanban.walk(
        run,
        PASSED,
        PASSED,
        Result.FAILED,
        PASSED,
        PASSED,
        Result.CHANGES,
        PASSED,
        PASSED,
        Result.UNREADABLE,
        PASSED,
    )
    assert step.run.state is RunState.COMPLETED
    assert await path(kanban, run) == [
        "plan",
        "implement",
        "test",
        "test fix",
        "test",
        "review",
        "implement changes",
        "test",
        "review",
        "review again",
    ]


async def test_a_stage_alone_ends_the_run(kanban: Kanban) -> None:
    run = await running(kanban, Request(first=Stage.TEST, only=True))
    step = await kanban.walk(run, Result.FAILED, PASSED, PASSED)
    assert step.run.state is RunState.COMPLETED
    assert await path(kanban, run) == ["test", "test fix", "test"]
    assert (await kanban.cards.get(run.card_id)).column is Column.TEST


async def test_asked_by_many_at_once_each_step_is_taken_once(kanban: Kanban) -> None:
    run = await running(kanban)
    for at in range(1, 5):
        steps = await asyncio.gather(*(kanban.visits.proceed(run.id) for _ in range(10)))
        (visit,) = {step.visit.id: step.visit for step in steps if step.visit}.values()
        assert visit.position == at
        ended = [kanban.visits.end(visit.id, Ended(result=PASSED)) for _ in range(5)]
        assert len(set(await asyncio.gather(*ended))) == 1
    steps = await asyncio.gather(*(kanban.visits.proceed(run.id) for _ in range(10)))
    assert {step.run.state for step in steps} == {RunState.COMPLETED}
    told = await kanban.told()
    assert (told.count("run.stage"), told.count("run.stage_ended")) == (4, 4)
    assert told.count("run.ended") == 1


async def test_what_a_visit_began_from_is_written_once(kanban: Kanban) -> None:
    run = await running(kanban)
    visit = await kanban.next(run)
    before = await kanban.visits.begin(visit.id, base="b1", worktree="/w/1")
    assert (before.base, before.worktree, before.turn_id) == ("b1", "/w/1", None)
    again = await kanban.visits.begin(visit.id, base="b2", turn_id="t1", session_id="s1")
    assert (again.base, again.turn_id, again.session_id) == ("b1", "t1", "s1")
    for _ in range(2):
        assert await kanban.visits.begin(visit.id, turn_id="t2") == again
    assert await kanban.visits.of_turn("t1") == again
    assert await kanban.visits.of_turn("t2") is None
    assert (await kanban.told()).count("run.turn") == 1
    with pytest.raises(NotFoundError):
        await kanban.visits.begin("none", base="b")


async def test_how_a_visit_ended_stands_there_in_full_and_sealed(kanban: Kanban) -> None:
    run = await running(kanban, Request(first=Stage.REVIEW))
    visit = await kanban.next(run)
    verdict = Verdict(
        verdict="changes",
        summary="canary summary",
        comments=(VerdictComment(file="a.py", line=3, text="canary"),),
    )
    ended = Ended(
        result=Result.CHANGES,
        head="h1",
        exit_code=1,
        output="canary output",
        verdict=verdict,
        failure=Failure(kind="x", message="canary failure"),
    )
    after = await kanban.visits.end(visit.id, ended)
    assert (after.result, after.head, after.exit_code) == (Result.CHANGES, "h1", 1)
    assert (after.verdict, after.output, after.failure) == (verdict, "canary output", ended.failure)
    assert after.ended_at is not None
    other = await kanban.visits.end(visit.id, Ended(result=PASSED, head="h2"))
    assert other == after == await kanban.visits.get(visit.id)
    assert (await kanban.runs.get(run.id)).head == "h1"
    async with kanban.store.db.reading() as session:
        row = (await session.execute(sa.select(run_stages))).one()
    assert "canary" not in str(row._mapping)


async def test_a_plan_waits_for_a_person_and_goes_on_or_back(kanban: Kanban) -> None:
    settings = replace(SETTINGS, approve_plan=True)
    await kanban.boards.change("shop", settings, version=1, by="owner")
    run = await running(kanban)
    step = await kanban.walk(run, PASSED)
    assert (step.run.state, step.run.wait, step.visit) == ("waiting", Wait.PLAN_APPROVAL, None)
    assert step.run.waits_for_person
    assert step.run.workflow_stage == "planning"
    assert await kanban.visits.proceed(run.id) == step
    with pytest.raises(InvalidError, match="Say what"):
        await kanban.visits.decide_plan(run.id, Decision.SENT_BACK, by="ana")
    await kanban.visits.decide_plan(run.id, Decision.SENT_BACK, by="ana", comments="Smaller.")
    with pytest.raises(ConflictError, match="No plan"):
        await kanban.visits.decide_plan(run.id, Decision.APPROVED, by="rui")
    visit = await kanban.resumed(run)
    assert (visit.stage, visit.kind) == (Stage.PLAN, VisitKind.CHANGES)
    planned = (await kanban.visits.of_run(run.id))[0]
    assert (planned.decision, planned.decided_by, planned.comments) == (
        "sent_back",
        "ana",
        "Smaller.",
    )
    step = await kanban.end(visit)
    assert step.run.wait is Wait.PLAN_APPROVAL
    done = await asyncio.gather(
        *(kanban.visits.decide_plan(run.id, Decision.APPROVED, by=f"p{at}") for at in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Run) for each in done) == 1
    assert (await kanban.resumed(run)).stage is Stage.IMPLEMENT


async def test_a_plan_that_waits_can_be_cancelled(kanban: Kanban) -> None:
    settings = replace(SETTINGS, approve_plan=True)
    await kanban.boards.change("shop", settings, version=1, by="owner")
    run = await running(kanban)
    await kanban.walk(run, PASSED)
    assert (await kanban.runs.cancel(run.id, by="ana")).state is RunState.CANCELLED
    assert (await kanban.visits.proceed(run.id)).run.state is RunState.CANCELLED


async def test_who_cancelled_a_run_stands_on_it(kanban: Kanban) -> None:
    one, two, three = await kanban.cards_of(3)
    run, line, whole = [await kanban.run(each) for each in (one, two, three)]
    visit = await kanban.next(run)
    await kanban.runs.cancel(run.id, by="ana")
    await kanban.runs.cancel(run.id, by="rui")
    await kanban.end(visit, Result.CANCELLED)
    await kanban.queue.start_next("shop")
    await kanban.runs.cancel(line.id, by="rui")
    await kanban.visits.proceed(line.id)
    await kanban.queue.start_next("shop")
    ended = await kanban.complete(whole)
    found = [await kanban.runs.get(each.id) for each in (run, line, whole)]
    assert [(each.state.value, each.ended_by) for each in found] == [
        ("cancelled", "ana"),
        ("cancelled", "rui"),
        ("completed", None),
    ]
    told = (await kanban.cards.history(one.id))[0]
    assert (told.kind, told.by) == ("run.ended", "ana")
    assert ended.waits_for_person


async def with_lines(kanban: Kanban, visit: Visit, turn_id: str, count: int) -> None:
    await kanban.visits.begin(visit.id, turn_id=turn_id)
    for at in range(count):
        kanban.store.log.append("turn.text", {"text": str(at)}, turn_id=turn_id)


async def test_the_log_of_a_run_has_neither_gaps_nor_doubles(kanban: Kanban) -> None:
    run = await running(kanban)
    counts = [3, 5, 2, 4]
    step = await kanban.visits.proceed(run.id)
    for at, count in enumerate(counts):
        assert step.visit is not None
        await with_lines(kanban, step.visit, f"t{at}", count)
        step = await kanban.end(step.visit)
        kanban.store.log.append("turn.published", {}, turn_id=f"t{at}")  # told too late
    visits = await kanban.visits.of_run(run.id)
    offsets = [visit.log_offset for visit in visits]
    assert offsets == [0, 3, 8, 10]


async def test_a_visit_without_a_turn_takes_no_room_in_the_log(kanban: Kanban) -> None:
    run = await running(kanban, Request(first=Stage.IMPLEMENT))
    visit = await kanban.next(run)
    await with_lines(kanban, visit, "t0", 4)
    await kanban.end(visit)
    await kanban.walk(run, PASSED)
    assert [each.log_offset for each in await kanban.visits.of_run(run.id)] == [0, 4, 4]


async def test_visits_of_many_runs_come_in_one_query(kanban: Kanban) -> None:
    runs = [await running(kanban) for _ in range(2)]
    for run in runs:
        await kanban.walk(run, PASSED)
    found = await kanban.visits.of_runs([run.id for run in runs])
    assert {run_id: len(visits) for run_id, visits in found.items()} == {run.id: 2 for run in runs}


async def test_who_was_overtaken_looks_again_before_it_goes_on(
    kanban: Kanban, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await running(kanban)
    visit = await kanban.next(run)
    await with_lines(kanban, visit, "t0", 3)
    await kanban.visits.end(visit.id, Ended(result=PASSED))
    other, real = Kanban(kanban.store), kanban.visits._next_offset

    async def overtaken(run_id: str) -> tuple[int, int]:
        seen = await real(run_id)
        monkeypatch.undo()
        implement = await other.next(run)
        await with_lines(other, implement, "t1", 5)
        await other.visits.end(implement.id, Ended(result=PASSED))
        return seen

    monkeypatch.setattr(kanban.visits, "_next_offset", overtaken)
    test = await kanban.next(run)
    assert (test.stage, test.position, test.log_offset) == (Stage.TEST, 3, 8)
