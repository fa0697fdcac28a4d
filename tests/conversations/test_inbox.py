import asyncio
from collections.abc import Sequence

import pytest

from sempre.contract.messages import Failure, TurnState
from sempre.conversations import StoredInbox, Submission
from sempre.errors import NotFoundError, UnavailableError
from tests.support.store import CHANNEL, Store, message


async def test_messages_are_stored_in_their_order_and_then_submitted_in_it(store: Store) -> None:
    ids = await store.accept("one", "two", "three")
    turns = [await store.turns.get(turn_id) for turn_id in ids]
    assert [(turn.seq, turn.number, turn.prompt) for turn in turns] == [
        (1, 1, "one"),
        (2, 2, "two"),
        (3, 3, "three"),
    ]
    assert {turn.state for turn in turns} == {TurnState.QUEUED}
    assert [each.turn_id for each in store.submitted] == ids
    workflows = [each.workflow for each in store.submitted]
    assert workflows == sorted(workflows)


async def test_the_same_external_id_in_one_batch_is_one_turn(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    first, again, other = await store.inbox.accept(
        [message("a", "same"), message("b", "same"), message("c", "other")]
    )
    assert first.turn_id == again.turn_id
    assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
    assert (await store.turns.get(first.turn_id)).prompt == "a"
    assert [each.turn_id for each in store.submitted] == [first.turn_id, other.turn_id]
    assert other.number == 2, "the repeated one took no number"


async def test_the_same_external_id_in_a_later_batch_is_the_same_turn(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    (first,) = await store.inbox.accept([message("a", "same")])
    fresh, again = await store.inbox.accept([message("n", "new"), message("b", "same")])
    assert (again.turn_id, again.number, again.fresh) == (first.turn_id, first.number, False)
    assert (fresh.number, fresh.fresh) == (2, True)
    assert len(store.submitted) == 2


async def test_the_same_external_id_on_two_channels_is_two_turns(store: Store) -> None:
    (one,) = await store.accept("x", channel="files:a")
    (two,) = await store.accept("x", channel="files:b")
    assert one != two


async def test_batches_at_the_same_time_get_no_number_twice(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    batches = [[message("p", f"{batch}-{at}") for at in range(5)] for batch in range(8)]
    accepted = await asyncio.gather(*(store.inbox.accept(batch) for batch in batches))
    numbers = [each.number for batch in accepted for each in batch]
    assert sorted(numbers) == list(range(1, 41))
    for batch in accepted:
        assert [each.number for each in batch] == sorted(each.number for each in batch)


async def test_the_same_message_accepted_at_the_same_time_by_two_is_one_turn(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    await connect(store, 6)
    results = await asyncio.gather(
        *(store.inbox.accept([message("p", "same")]) for _ in range(6)), return_exceptions=True
    )
    page = await store.turns.page(channel=CHANNEL)
    assert len(page) == 1
    accepted = [each for each in results if not isinstance(each, BaseException)]
    assert {each[0].turn_id for each in accepted} == {page[0].id}
    assert sum(each[0].fresh for each in accepted) == 1
    assert len(accepted) == 6, [each for each in results if isinstance(each, BaseException)]


async def test_numbers_begin_where_the_channel_was_opened_and_only_the_first_time_counts(
    store: Store,
) -> None:
    await store.inbox.open(CHANNEL, first_number=8)
    await store.inbox.open(CHANNEL, first_number=3)
    (accepted,) = await store.inbox.accept([message("a", "1")])
    assert accepted.number == 8


async def test_a_channel_that_nobody_opened_takes_nothing(store: Store) -> None:
    with pytest.raises(NotFoundError):
        await store.inbox.accept([message("a", "1", "files:stranger")])
    assert store.submitted == []


async def test_a_message_that_cannot_be_answered_ends_at_once_as_a_dead_letter(
    store: Store,
) -> None:
    await store.inbox.open(CHANNEL)
    failure = Failure(kind="empty", message="The file is empty.")
    broken = message("", "1").__class__(
        channel=CHANNEL,
        external_id="1",
        text="",
        received_at=message("", "1").received_at,
        failure=failure,
    )
    (accepted, good) = await store.inbox.accept([broken, message("fine", "2")])
    turn = await store.turns.get(accepted.turn_id)
    assert (turn.state, turn.failure, turn.number) == (TurnState.FAILED, failure, 1)
    assert turn.finished_at is not None
    assert good.number == 2
    (letter,) = await store.dead_letters.page()
    assert (letter.turn_id, letter.failure) == (turn.id, failure)
    # It still has to be given out: its record is written like any other's.
    assert [each.turn_id for each in store.submitted] == [turn.id, good.turn_id]


async def test_a_crash_between_commit_and_submit_leaves_the_turn_for_the_start(
    store: Store,
) -> None:
    async def crash(_submissions: Sequence[Submission]) -> None:
        raise UnavailableError("The engine went down.")

    inbox = StoredInbox(store.db, store.keyring, store.log, crash, node="here")
    await inbox.open(CHANNEL)
    with pytest.raises(UnavailableError):
        await inbox.accept([message("a", "1"), message("b", "2")])
    left = await store.turns.unfinished()
    assert [(each.channel, each.workflow.rsplit(":", 1)[1]) for each in left] == [
        (CHANNEL, "000000000001"),
        (CHANNEL, "000000000002"),
    ]
    again = await store.inbox.accept([message("a", "1")])
    assert again[0].turn_id == left[0].turn_id


async def test_what_was_given_out_is_told_by_external_id(store: Store) -> None:
    first, _second = await store.accept("a", "b")
    await store.answer(first)
    await store.turns.mark_published(await store.turns.get(first), "task_1.txt")
    told = await store.inbox.published(CHANNEL, ["0-a", "1-b", "unknown"])
    assert told == {"0-a": True, "1-b": False}


async def test_nothing_of_a_message_is_readable_in_the_database(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    (accepted,) = await store.inbox.accept([message("the canary sings", "1")])
    await store.answer(accepted.turn_id, "and the cat listens")
    await store.log.flushed()
    found = await dump(store)
    assert "canary" not in found
    assert "listens" not in found


async def dump(store: Store) -> str:
    """Every value of every table, as text."""
    from sempre.db.tables import metadata

    texts: list[str] = []
    async with store.db.reading() as session:
        for table in metadata.sorted_tables:
            for row in await session.execute(table.select()):
                texts += [
                    value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    for value in row
                ]
    assert texts
    return "\n".join(texts)


async def connect(store: Store, count: int) -> None:
    """Open so many connections beforehand, so that what follows happens at the same time."""

    async def once() -> None:
        async with store.db.reading():
            await asyncio.sleep(0.2)

    await asyncio.gather(*(once() for _ in range(count)))
