import pytest
import sqlalchemy as sa

from sempre.board import Card, LineComment, Request, Run, RunInput
from sempre.board.words import Result, Stage, VisitKind
from sempre.db.tables import run_comments
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import Kanban

CHANGES = Request(first=Stage.IMPLEMENT, kind=VisitKind.CHANGES)


async def reviewed(kanban: Kanban) -> tuple[Card, Run]:
    card = await kanban.card()
    return card, await kanban.complete(await kanban.run(card))


async def commented(kanban: Kanban, run: Run, text: str = "Why?", **more: object) -> LineComment:
    given = {"file": "src/cart.py", "line": 7, "side": "new", "text": text, "by": "ana", **more}
    return await kanban.comments.add(run.id, **given)  # type: ignore[arg-type]  (what a test says)


async def test_comments_on_lines_are_gathered_and_sent_with_the_next_run(kanban: Kanban) -> None:
    card, run = await reviewed(kanban)
    first, second = await commented(kanban, run), await commented(kanban, run, "And this?")
    assert await kanban.comments.of_run(run.id) == [first, second]
    fresh = await kanban.run(card, CHANGES)
    sent = await kanban.comments.sent_in(fresh.id)
    assert [(each.text, each.sent_in) for each in sent] == [
        ("Why?", fresh.id),
        ("And this?", fresh.id),
    ]
    assert (fresh.continues, fresh.rules.first_kind) == (run.id, VisitKind.CHANGES)
    visit = await kanban.next(fresh)
    assert (visit.stage, visit.kind) == (Stage.IMPLEMENT, VisitKind.CHANGES)
    with pytest.raises(ConflictError, match="has this comment already"):
        await kanban.comments.remove(first.id)
    await kanban.end(visit)
    await kanban.walk(fresh, Result.PASSED, Result.PASSED)
    later = await commented(kanban, await kanban.runs.get(fresh.id), "One more.")
    again = await kanban.runs.start(card.id, CHANGES, by="ana")
    assert [each.id for each in await kanban.comments.sent_in(again.id)] == [later.id]


async def test_what_a_failed_run_did_not_work_in_is_sent_once_more(kanban: Kanban) -> None:
    card, run = await reviewed(kanban)
    comment = await commented(kanban, run)
    failed = await kanban.run(card, CHANGES)
    await kanban.walk(failed, Result.ERROR)
    again = await kanban.runs.retry(card.id, by="ana")
    assert [each.id for each in await kanban.comments.sent_in(again.id)] == [comment.id]
    await kanban.queue.start_next("shop")
    await kanban.walk(again, Result.PASSED, Result.ERROR)
    third = await kanban.runs.retry(card.id, by="ana")
    assert (third.rules.first, third.rules.first_kind) == (Stage.TEST, VisitKind.WORK)
    assert len(await kanban.comments.sent_in(again.id)) == 1, "these were worked in"


async def test_a_person_s_words_are_enough(kanban: Kanban) -> None:
    card, _ = await reviewed(kanban)
    with pytest.raises(InvalidError, match="no comments to work in"):
        await kanban.runs.start(card.id, CHANGES, by="ana")
    words = Request(
        first=Stage.IMPLEMENT, kind=VisitKind.CHANGES, input=RunInput(comments="Blue, please.")
    )
    assert (await kanban.runs.start(card.id, words, by="ana")).input.comments == "Blue, please."


async def test_a_comment_can_be_taken_back_before_it_is_sent(kanban: Kanban) -> None:
    _, run = await reviewed(kanban)
    comment = await commented(kanban, run)
    await kanban.comments.remove(comment.id)
    assert await kanban.comments.of_run(run.id) == []
    with pytest.raises(NotFoundError):
        await kanban.comments.remove(comment.id)


async def test_comments_are_sealed_and_make_sense(kanban: Kanban) -> None:
    _, run = await reviewed(kanban)
    await commented(kanban, run, "canary")
    async with kanban.store.db.reading() as session:
        row = (await session.execute(sa.select(run_comments))).one()
    assert "canary" not in str(row._mapping)
    for wrong in (" ", "x" * 10_001):
        with pytest.raises(InvalidError):
            await commented(kanban, run, wrong)
    with pytest.raises(InvalidError):
        await commented(kanban, run, line=0)
    with pytest.raises(InvalidError):
        await commented(kanban, run, file="")
    with pytest.raises(NotFoundError):
        await kanban.comments.add("none", file="f", line=1, side="new", text="x", by="ana")
