import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from sempre.board import Card, CardText, Place, Request, Wanted
from sempre.board.words import Column, Priority, Result, Settlement, Stage
from sempre.db.tables import metadata
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import Kanban
from tests.support.reading import statements_read


async def retitled(kanban: Kanban, card: Card, title: str, *, version: int, by: str) -> Card:
    return await kanban.cards.change(
        card.id, lambda text: replace(text, title=title), version=version, by=by
    )


async def test_what_was_written_stands_there_in_full_by_id_and_by_key(kanban: Kanban) -> None:
    first = await kanban.card()
    text = CardText(
        title="Pay by Pix",
        description="# Why\nMany do.",
        labels=("money", "br"),
        priority=Priority.HIGH,
        needs=(first.id,),
        model="opus",
        budget_micros=2_000_000,
        budget_tokens=10,
        spec_path="specs/pix.md",
        branch="card/pix",
    )
    made = await kanban.cards.create("shop", text, by="rui", column=Column.PLAN)
    assert await kanban.cards.get("SHOP-2") == await kanban.cards.get(made.id) == made
    assert made.text == text
    assert (made.number, made.column, made.version, made.created_by) == (2, "plan", 1, "rui")
    assert made.channel == "board:shop/SHOP-2"
    with pytest.raises(NotFoundError, match="SHOP-9"):
        await kanban.cards.get("SHOP-9")
    with pytest.raises(NotFoundError):
        await kanban.card(board="none")


async def test_people_s_words_are_sealed(kanban: Kanban) -> None:
    card = await kanban.card("canary title", description="canary text", labels=("canary",))
    await retitled(kanban, card, "another canary", version=1, by="ana")
    async with kanban.store.db.reading() as session:
        for name in ("cards", "card_events"):
            rows = (await session.execute(sa.select(metadata.tables[name]))).all()
            assert rows
            assert "canary" not in str([row._mapping for row in rows])


@pytest.mark.parametrize(
    "text",
    [
        CardText(title=" "),
        CardText(title="x" * 201),
        CardText(title="two\nlines"),
        CardText(title="x", description="x" * 100_001),
        CardText(title="x", labels=("a,b",)),
        CardText(title="x", labels=("",)),
        CardText(title="x", labels=tuple(map(str, range(21)))),
        CardText(title="x", budget_micros=-1),
        CardText(title="x", spec_path="/etc/passwd"),
        CardText(title="x", spec_path="specs/../../x.md"),
        CardText(title="x", spec_path=".git/config"),
        CardText(title="x", spec_path="sub/.Git"),
        CardText(title="x", spec_path=".claude/settings.json"),
    ],
)
async def test_what_makes_no_sense_on_a_card_is_refused(kanban: Kanban, text: CardText) -> None:
    with pytest.raises(InvalidError):
        await kanban.cards.create("shop", text, by="ana")
    card = await kanban.card()
    with pytest.raises(InvalidError):
        await kanban.cards.change(card.id, lambda _: text, version=1, by="ana")
    assert await kanban.cards.get(card.id) == card


async def test_the_slower_of_two_edits_is_told_what_was_changed_and_loses_nothing_of_the_other(
    kanban: Kanban,
) -> None:
    card = await kanban.card()
    quick = await kanban.cards.change(
        card.id, lambda text: replace(text, title="A", labels=("x",)), version=1, by="rui"
    )
    await kanban.move(quick, Column.PLAN, by="eva")
    with pytest.raises(ConflictError) as told:
        await kanban.cards.change(
            card.id, lambda text: replace(text, description="B"), version=1, by="ana"
        )
    assert told.value.code == "version_conflict"
    assert "rui changed title, labels; eva moved it to plan (version 3, not 1)" in str(told.value)
    with pytest.raises(ConflictError, match="rui changed"):
        await kanban.cards.move(card.id, Place(column=Column.TEST), version=1, by="ana")
    after = await kanban.cards.get(card.id)
    assert (after.text.title, after.text.description, after.column) == ("A", "", "plan")
    assert await kanban.history(card) == ["card.created", "card.changed", "card.moved"]
    assert await kanban.told(card.channel) == await kanban.history(card)


async def test_a_hundred_edits_of_one_version_at_once_are_one(kanban: Kanban) -> None:
    card = await kanban.card()
    edits = [retitled(kanban, card, f"by {at}", version=1, by=f"p{at}") for at in range(100)]
    done = await asyncio.gather(*edits, return_exceptions=True)
    won = [each for each in done if not isinstance(each, BaseException)]
    assert len(won) == 1
    assert all(isinstance(each, Card | ConflictError) for each in done)
    assert (await kanban.cards.get(card.id)).text == won[0].text
    assert await kanban.history(card) == ["card.created", "card.changed"]


async def test_an_edit_that_changes_nothing_makes_no_version(kanban: Kanban) -> None:
    card = await kanban.card()
    same = await kanban.cards.change(card.id, lambda text: text, version=1, by="rui")
    assert same == card
    assert await kanban.history(card) == ["card.created"]


async def test_cards_stand_where_they_were_put(kanban: Kanban) -> None:
    one, two, three, four = await kanban.cards_of(4)
    assert await kanban.column() == ["SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4"]
    await kanban.move(four, Column.BACKLOG, before=one.id)
    await kanban.move(one, Column.BACKLOG, after=three.id)
    assert await kanban.column() == ["SHOP-4", "SHOP-2", "SHOP-3", "SHOP-1"]
    moved = await kanban.move(two, Column.REVIEW)
    await kanban.move(three, Column.REVIEW, before=two.id)
    assert await kanban.column(Column.REVIEW) == ["SHOP-3", "SHOP-2"]
    with pytest.raises(ConflictError, match="is not in backlog any more"):
        await kanban.move(await kanban.cards.get(one.id), Column.BACKLOG, after=two.id)
    with pytest.raises(InvalidError):
        await kanban.move(moved, Column.BACKLOG, after=four.id, before=four.id)
    told = (await kanban.cards.history(two.id))[0]
    assert told.details == {"column": "review", "from": "backlog", "rank": moved.rank}


async def test_fifty_moves_at_once_keep_the_order_total(kanban: Kanban) -> None:
    cards = await kanban.cards_of(25)

    async def put(at: int) -> None:
        card, beside = cards[at % 25], cards[(at * 7 + 3) % 25]
        fresh = await kanban.cards.get(card.id)
        place = Place(column=Column.BACKLOG, after=beside.id if beside != card else None)
        await kanban.cards.move(card.id, place, version=fresh.version, by=f"p{at}")

    done = await asyncio.gather(*(put(at) for at in range(50)), return_exceptions=True)
    assert {type(each) for each in done} <= {type(None), ConflictError}
    assert sum(each is None for each in done) >= 25, "of two moves of one card one counts"
    found = await kanban.cards.find(Wanted(board="shop"))
    assert sorted(card.key for card in found) == sorted(card.key for card in cards)
    assert len({card.rank for card in found}) == 25
    assert [card.rank for card in found] == sorted(card.rank for card in found)


async def test_where_there_is_no_room_left_the_column_is_spread_out(kanban: Kanban) -> None:
    left, one, two, right = await kanban.cards_of(4)
    pair, moves = [one, two], 0
    while (now := await kanban.cards.get(left.id)).rank == left.rank:
        assert moves < 200
        pair.append(await kanban.move(pair.pop(0), Column.BACKLOG, after=left.id))
        moves += 1
    assert moves > 20, "most moves change one card"
    newest, older = pair[1], pair[0]
    assert await kanban.column() == [left.key, newest.key, older.key, right.key]
    ranks = [card.rank for card in await kanban.cards.find(Wanted(board="shop"))]
    assert max(map(len, ranks)) <= 10
    assert now.version == 1, "to make room is nobody's edit"


async def test_a_card_that_runs_is_moved_by_its_run_only(kanban: Kanban) -> None:
    one, two = await kanban.cards_of(2)
    run = await kanban.run(one)
    await kanban.place(run)
    await kanban.next(run)
    card = await kanban.cards.get(one.id)
    assert (card.column, card.version) == ("plan", 1), "a run makes nobody's edit old"
    with pytest.raises(ConflictError, match=r"SHOP-1 is being run \(plan\).* Cancel the run"):
        await kanban.move(card, Column.BACKLOG)
    with pytest.raises(ConflictError, match="is being run"):
        await kanban.cards.delete(one.id, by="ana")
    await kanban.move(two, Column.PLAN)
    await kanban.move(card, Column.PLAN, after=two.id)
    assert await kanban.column(Column.PLAN) == ["SHOP-2", "SHOP-1"]


async def test_a_change_that_waits_for_a_person_is_not_done_by_moving_its_card(
    kanban: Kanban,
) -> None:
    card = await kanban.card()
    run = await kanban.complete(await kanban.run(card))
    card = await kanban.cards.get(card.id)
    assert card.column is Column.REVIEW
    assert card.run is not None
    assert card.run.waits_for_person
    for to in (Column.DONE, Column.ARCHIVED):
        with pytest.raises(ConflictError, match="Merge it, or discard it"):
            await kanban.move(card, to)
    with pytest.raises(ConflictError, match="neither merged nor discarded"):
        await kanban.cards.delete(card.id, by="ana")
    await kanban.move(card, Column.BACKLOG)
    await kanban.runs.settle(run.id, Settlement.MERGED, by="owner", commit="c1")
    merged = await kanban.cards.get(card.id)
    assert merged.column is Column.DONE
    await kanban.cards.delete(card.id, by="ana")


async def test_dependencies_that_would_wait_for_each_other_are_refused_and_named(
    kanban: Kanban,
) -> None:
    one, two, three = await kanban.cards_of(3)

    async def need(card: Card, *others: str) -> Card:
        return await kanban.cards.change(
            card.id, lambda text: replace(text, needs=others), version=card.version, by="ana"
        )

    await need(one, two.id)
    await need(two, three.id)
    with pytest.raises(InvalidError, match="SHOP-3 → SHOP-1 → SHOP-2 → SHOP-3"):
        await need(three, one.id)
    with pytest.raises(InvalidError, match="SHOP-3 → SHOP-3"):
        await need(three, three.id)
    with pytest.raises(InvalidError, match="twice"):
        await need(three, one.id, one.id)
    with pytest.raises(NotFoundError, match="to depend on"):
        await need(three, "nothing")
    await kanban.board("other", "OTHER")
    elsewhere = await kanban.card(board="other")
    with pytest.raises(NotFoundError, match="to depend on"):
        await need(three, elsewhere.id)
    with pytest.raises(ConflictError, match="SHOP-2 depends on SHOP-3"):
        await kanban.cards.delete(three.id, by="ana")
    two = await kanban.cards.get(two.id)
    assert two.text.needs == (three.id,)
    await need(two)
    await kanban.cards.delete(three.id, by="ana")


async def test_two_edits_at_once_never_close_a_circle_together(kanban: Kanban) -> None:
    one, two = await kanban.cards_of(2)

    async def need(card: Card, other: Card) -> Card:
        return await kanban.cards.change(
            card.id, lambda text: replace(text, needs=(other.id,)), version=1, by="ana"
        )

    done = await asyncio.gather(need(one, two), need(two, one), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Card", "InvalidError"]


async def test_cards_are_found_by_words_labels_columns_and_states(kanban: Kanban) -> None:
    pix = await kanban.card("Pay by Pix", description="the Brazilian way", labels=("money",))
    cart = await kanban.card("A cart", labels=("money", "ui"))
    old = await kanban.card("Old")
    await kanban.move(old, Column.ARCHIVED)
    await kanban.board("other", "OTHER")
    await kanban.card("Pix there", board="other")
    run = await kanban.run(cart)
    await kanban.walk(run, Result.ERROR)

    async def found(**wanted: object) -> list[str]:
        cards = await kanban.cards.find(Wanted(**wanted))  # type: ignore[arg-type]  (what a test says)
        return [card.key for card in cards]

    assert await found() == ["OTHER-1", "SHOP-1", "SHOP-2"]
    assert await found(text="PIX") == ["OTHER-1", "SHOP-1"]
    assert await found(text="brazilian pay") == [pix.key]
    assert await found(text="pix nothing") == []
    assert await found(text="shop-2") == [cart.key]
    assert await found(labels=["money"]) == ["SHOP-1", "SHOP-2"]
    assert await found(labels=["money", "ui"]) == [cart.key]
    assert await found(board="shop", columns=[Column.ARCHIVED]) == [old.key]
    assert await found(columns=[Column.PLAN]) == [cart.key]
    assert await found(states=["failed"]) == [cart.key]
    (listed,) = await kanban.cards.find(Wanted(states=["failed"]))
    assert listed == await kanban.cards.get(cart.id)
    assert listed.run is not None
    assert (listed.run.workflow_stage, listed.run.failure) == (
        "error",
        (await kanban.runs.get(run.id)).failure,
    )


async def test_any_number_of_cards_is_listed_in_three_queries(kanban: Kanban) -> None:
    counts: list[int] = []
    for more, size in ((10, 10), (40, 50)):
        for _ in range(more):
            card = await kanban.card()
            if card.number % 5 == 0:
                await kanban.runs.start(card.id, Request(first=Stage.TEST), by="ana")
        await kanban.store.log.flushed()  # it writes on the same connections
        with statements_read(kanban.store.db) as asked:
            cards = await kanban.cards.find(Wanted())
        assert len(cards) == size
        assert sum(card.run is not None for card in cards) == size // 5
        counts.append(len(asked))
        assert len({statement for statement, _ in asked}) == 3
    assert counts[0] == counts[1]


async def test_deleting_takes_all_of_a_card_with_it(kanban: Kanban) -> None:
    card = await kanban.card()
    run = await kanban.run(card)
    await kanban.walk(run, Result.ERROR)
    await kanban.cards.delete(card.id, by="ana")
    assert (await kanban.told(card.channel))[-1] == "card.deleted"
    async with kanban.store.db.reading() as session:
        for name in ("cards", "card_events", "runs", "run_stages", "card_dependencies"):
            table = metadata.tables[name]
            assert await session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
