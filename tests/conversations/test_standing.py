"""How all conversations stand, in figures."""

from datetime import timedelta

from sempre import clock, ids
from sempre.contract.agents import Ending
from sempre.contract.messages import TurnState
from sempre.conversations.standing import Standing
from tests.support.store import CHANNEL, Store


async def test_what_waits_is_counted_by_state_and_reason(store: Store) -> None:
    parked, running, *_ = await store.accept("a", "b", "c", "d")
    await store.attempts.park(parked, "quota", "Come back later.", None)
    await store.begin(running)
    standing = Standing(store.db)
    waits = await standing.waits()
    assert waits[TurnState.QUEUED, None] == 2
    assert sum(count for (state, _), count in waits.items() if state is TurnState.PARKED) == 1
    count, oldest = (await standing.in_state(TurnState.QUEUED))[CHANNEL]
    assert count == 2
    assert oldest is not None
    assert await standing.in_state(TurnState.WAITING) == {}


async def test_attempts_are_counted_by_how_they_ended_since_a_moment(store: Store) -> None:
    answered, transient = await store.accept("a", "b")
    await store.answer(answered)
    await store.fail(transient, Ending.TRANSIENT)
    standing = Standing(store.db)
    assert await standing.endings(clock.now() - timedelta(minutes=1)) == {
        "answered": 1,
        "transient": 1,
    }
    assert await standing.endings(clock.now() + timedelta(minutes=1)) == {}


async def test_channels_that_the_provider_refuses_are_told_from_those_that_stopped_otherwise(
    store: Store,
) -> None:
    for channel, kind in (("files:a", "authentication"), ("files:b", "misconfigured")):
        await store.inbox.open(channel)
        await store.channels.stop(channel, kind, "Why.")
    assert await Standing(store.db).refusing() == ["files:a"]


async def test_closed_is_what_was_given_out_before_then_or_is_there_no_more(store: Store) -> None:
    given_out, answered, waiting = await store.accept("a", "b", "c")
    for turn_id in (given_out, answered):
        await store.answer(turn_id)
    await store.turns.mark_published(await store.turns.get(given_out), "")
    gone, later = ids.new_id(), clock.now() + timedelta(minutes=1)
    every = [given_out, answered, waiting, gone]
    standing = Standing(store.db)
    assert await standing.closed(every, later) == {given_out, gone}
    assert await standing.closed(every, clock.now() - timedelta(days=1)) == {gone}
    assert await standing.closed([], later) == frozenset()
