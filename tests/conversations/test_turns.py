from datetime import timedelta

import pytest

from sempre import clock
from sempre.contract.agents import Ending
from sempre.contract.messages import TurnState, Usage
from sempre.errors import ConflictError, NotFoundError
from tests.support.store import CHANNEL, Store, outcome

NOBODY = "00000000-0000-7000-8000-000000000000"


async def kinds(store: Store, turn_id: str) -> list[str]:
    await store.log.flushed()
    return [event.kind for event in await store.log.of_turn(turn_id)]


async def test_cancelling_a_queued_turn_ends_it_at_once(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    turn = await store.turns.cancel(turn_id)
    assert (turn.state, turn.finished_at is None) == (TurnState.CANCELLED, False)
    step = await store.attempts.begin(
        turn_id, await store.channels.session(await store.channels.get(CHANNEL))
    )
    assert step.question is None
    assert await kinds(store, turn_id) == ["turn.accepted", "turn.ended"]


async def test_cancelling_a_running_turn_is_noted_and_ends_when_the_agent_does(
    store: Store,
) -> None:
    (turn_id,) = await store.accept("hi")
    question = await store.begin(turn_id)
    turn = await store.turns.cancel(turn_id)
    assert (turn.state, turn.cancel_requested) == (TurnState.RUNNING, True)
    await store.attempts.end(*outcome(question, Ending.CANCELLED))
    assert (await store.turns.get(turn_id)).state is TurnState.CANCELLED
    assert await store.dead_letters.count() == 0, "a person wanted it so"


async def test_an_answer_that_came_before_the_cancel_reached_the_agent_stays(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    question = await store.begin(turn_id)
    await store.turns.cancel(turn_id)
    await store.attempts.end(*outcome(question, Ending.ANSWERED, text="done already"))
    turn = await store.turns.get(turn_id)
    assert (turn.state, turn.answer) == (TurnState.ANSWERED, "done already")


async def test_a_cancel_before_a_crash_holds_after_it(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    await store.begin(turn_id)
    await store.turns.cancel(turn_id)
    survivor = store.reopened()
    step = await survivor.attempts.begin(
        turn_id, await survivor.channels.session(await survivor.channels.get(CHANNEL))
    )
    assert step.question is None
    assert (await store.turns.get(turn_id)).state is TurnState.CANCELLED
    assert [each.state for each in await store.attempts.of_turn(turn_id)] == ["crashed"]


async def test_cancelling_a_parked_turn_ends_it_at_once(store: Store) -> None:
    (turn_id,) = await store.accept("hi")
    await store.fail(turn_id, Ending.ERROR)
    turn = await store.turns.cancel(turn_id)
    assert (turn.state, turn.retry_at, turn.failure) == (TurnState.CANCELLED, None, None)


@pytest.mark.parametrize("ending", [Ending.ANSWERED, Ending.INVALID, Ending.CANCELLED])
async def test_what_has_ended_is_not_cancelled(store: Store, ending: Ending) -> None:
    (turn_id,) = await store.accept("hi")
    await store.attempts.end(*outcome(await store.begin(turn_id), ending, text="x"))
    before = await store.turns.get(turn_id)
    with pytest.raises(ConflictError):
        await store.turns.cancel(turn_id)
    assert await store.turns.get(turn_id) == before


async def test_only_what_failed_or_was_cancelled_and_put_away_is_tried_again(store: Store) -> None:
    queued, running, answered, cancelled = await store.accept("a", "b", "c", "d")
    await store.begin(running)
    await store.answer(answered)
    await store.turns.cancel(cancelled)
    for turn_id in (queued, running, answered, cancelled):
        with pytest.raises(ConflictError):
            await store.turns.retry(turn_id)
    await store.turns.mark_published(await store.turns.get(cancelled), "task_4.json")
    assert (await store.turns.retry(cancelled)).turn_id == cancelled


async def test_a_turn_whose_number_is_taken_gets_the_next_free_one(store: Store) -> None:
    first, second = await store.accept("a", "b")
    assert (await store.turns.renumber(first)).number == 3
    (third,) = await store.accept("c", prefix="later-")
    assert [(await store.turns.get(each)).number for each in (first, second, third)] == [3, 2, 4]


async def test_marking_given_out_twice_is_told_once(store: Store) -> None:
    (turn_id,) = await store.accept("a")
    await store.answer(turn_id)
    await store.turns.mark_published(await store.turns.get(turn_id), "task_1.txt")
    await store.turns.mark_published(await store.turns.get(turn_id), "task_1.txt")
    assert (await kinds(store, turn_id)).count("turn.published") == 1
    assert await store.turns.unfinished() == []


async def test_usage_is_written_once(store: Store) -> None:
    (turn_id,) = await store.accept("a")
    await store.turns.record_usage(
        await store.turns.get(turn_id), Usage(input_tokens=3, cost_micros=None)
    )
    turn = await store.turns.record_usage(await store.turns.get(turn_id), Usage(input_tokens=9))
    assert turn.usage == Usage(input_tokens=3, cost_micros=None)


async def test_pages_are_newest_first_without_gap_or_double(store: Store) -> None:
    ids = await store.accept(*(f"p{at}" for at in range(25)))
    await store.accept("elsewhere", channel="files:other")
    read: list[str] = []
    before = None
    while page := await store.turns.page(channel=CHANNEL, before=before, limit=10):
        read += [turn.id for turn in page]
        before = page[-1].id
    assert read == ids[::-1]


async def test_pages_can_be_of_one_state(store: Store) -> None:
    answered, _queued = await store.accept("a", "b")
    await store.answer(answered)
    page = await store.turns.page(states=[TurnState.ANSWERED])
    assert [turn.id for turn in page] == [answered]


async def test_counts_say_what_is_open_and_what_ended_today(store: Store) -> None:
    morning = clock.now()
    a, b, c, _d = await store.accept("a", "b", "c", "d")
    await store.answer(a)
    await store.fail(b)
    await store.begin(c)
    assert await store.turns.open_count() == {TurnState.RUNNING: 1, TurnState.QUEUED: 1}
    assert await store.turns.ended_since(morning) == {
        (CHANNEL, TurnState.ANSWERED): 1,
        (CHANNEL, TurnState.FAILED): 1,
    }
    assert await store.turns.ended_since(clock.now() + timedelta(seconds=1)) == {}
    depth = await store.turns.depth()
    assert depth[CHANNEL][0] == 1
    assert [turn.id for turn in await store.turns.live()] == [c]


async def test_a_turn_that_is_not_there_is_not_found(store: Store) -> None:
    for call in (store.turns.get, store.turns.cancel, store.turns.retry, store.turns.renumber):
        with pytest.raises(NotFoundError):
            await call(NOBODY)


async def test_a_stored_body_that_was_moved_to_another_row_does_not_open(store: Store) -> None:
    import sqlalchemy as sa

    from sempre.crypto import UnreadableError
    from sempre.db.tables import turns

    one, two = await store.accept("one", "two")
    async with store.db.transaction() as session:
        sealed = await session.scalar(sa.select(turns.c.prompt).where(turns.c.id == one))
        await session.execute(turns.update().where(turns.c.id == two).values(prompt=sealed))
    with pytest.raises(UnreadableError):
        await store.turns.get(two)
