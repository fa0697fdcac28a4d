"""What is sealed on a board opens with a new key after a rotation, and no old value is left."""

import sqlalchemy as sa

from sempre.board import Ended, Request, RunInput, Verdict
from sempre.board.words import Decision, Result
from sempre.contract.messages import Failure
from sempre.db.rotation import reseal, sealed_columns
from tests.board.kanban import PNG, Kanban
from tests.support.store import opened

BOARD = {"boards", "cards", "card_events", "card_images", "runs", "run_stages", "run_comments"}


async def everything(kanban: Kanban, card_id: str) -> list[object]:
    card = await kanban.cards.get(card_id)
    runs = await kanban.runs.of_card(card_id)
    return [
        await kanban.boards.every(),
        card,
        runs,
        await kanban.cards.history(card_id),
        [await kanban.images.get(each) for each in card.images],
        [await kanban.visits.of_run(run.id) for run in runs],
        [await kanban.comments.of_run(run.id) for run in runs],
    ]


async def test_every_value_opens_with_the_new_key_alone(kanban: Kanban) -> None:
    await kanban.boards.delete("shop", by="owner")
    await kanban.board(approve_plan=True)
    card = await kanban.card("A cart", description="words " * 100, labels=("x",))
    await kanban.images.add(card.id, PNG, name="a.png", by="ana")
    run = await kanban.run(card, Request(input=RunInput(spec="All of it.")))
    await kanban.place(run)
    await kanban.walk(run, Result.PASSED)
    await kanban.visits.decide_plan(run.id, Decision.APPROVED, by="ana", comments="Good.")
    failed = Ended(
        result=Result.ERROR,
        output="boom",
        verdict=Verdict(verdict="approve"),
        failure=Failure(kind="x", message="It broke."),
    )
    await kanban.visits.end((await kanban.resumed(run)).id, failed)
    await kanban.visits.proceed(run.id)
    await kanban.runs.set_result(run.id, "Half of it.")
    await kanban.comments.add(run.id, file="a", line=1, side="new", text="Why?", by="ana")
    await kanban.store.log.flushed()
    before = await everything(kanban, card.id)
    async with kanban.store.db.reading() as session:
        for column in sealed_columns():
            if column.table.name in BOARD:
                count = sa.select(sa.func.count()).where(column.is_not(None))
                assert await session.scalar(count), f"nothing is in {column}"
    keyring = kanban.store.keyring.rotated()
    await reseal(kanban.store.db, keyring)
    async with opened(kanban.store.url, keyring=keyring.without_old()) as store:
        assert await everything(Kanban(store), card.id) == before
