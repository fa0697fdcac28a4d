from datetime import timedelta

import pytest

from sempre import clock
from sempre.contract.agents import Session
from sempre.errors import NotFoundError
from tests.support.store import CHANNEL, Store


async def told(store: Store) -> list[str]:
    await store.log.flushed()
    return [event.kind for event in await store.log.after(0, channel=CHANNEL)]


async def test_a_parked_channel_says_why_and_until_when_once(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    until = clock.now() + timedelta(hours=2)
    await store.channels.park(CHANNEL, "quota", "Five o'clock.", until)
    await store.channels.park(CHANNEL, "quota", "Five o'clock.", until)
    row = await store.channels.get(CHANNEL)
    assert (row.state, row.state_kind, row.state_reason, row.state_until) == (
        "parked",
        "quota",
        "Five o'clock.",
        until,
    )
    assert await told(store) == ["channel.opened", "channel.parked"]


async def test_resuming_opens_it_and_gives_the_head_of_the_queue(store: Store) -> None:
    first, _second = await store.accept("a", "b")
    await store.channels.stop(CHANNEL, "authentication", "The key is wrong.")
    assert [each.turn_id for each in await store.channels.resume(CHANNEL)] == [first]
    row = await store.channels.get(CHANNEL)
    assert (row.state, row.state_reason, row.state_until) == ("open", None, None)
    await store.answer(first)
    assert [each.turn_id for each in await store.channels.resume(CHANNEL)] == [_second]
    assert (await told(store)).count("channel.resumed") == 1, "it was open already"


async def test_nobody_waits_in_an_empty_channel(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    assert await store.channels.resume(CHANNEL) == []


async def test_a_channel_keeps_its_session_and_when_it_began(store: Store) -> None:
    await store.inbox.open(CHANNEL)
    first = await store.channels.session(await store.channels.get(CHANNEL))
    assert first.started is False
    assert await store.channels.session(await store.channels.get(CHANNEL)) == first
    began = (await store.channels.get(CHANNEL)).session_since
    with clock.shifted(timedelta(hours=1)):
        await store.channels.set_session(CHANNEL, Session(id=first.id, started=True))
        assert (await store.channels.get(CHANNEL)).session_since == began
        fresh = await store.channels.new_session(CHANNEL)
    assert fresh.id != first.id
    since = (await store.channels.get(CHANNEL)).session_since
    assert since is not None
    assert began is not None
    assert since > began


async def test_an_unknown_channel_is_not_found(store: Store) -> None:
    for call in (store.channels.get, store.channels.resume):
        with pytest.raises(NotFoundError):
            await call("files:nobody")


async def test_every_channel_is_listed_by_name(store: Store) -> None:
    for name in ("files:b", "api:x", "files:a"):
        await store.inbox.open(name)
    assert [row.id for row in await store.channels.every()] == ["api:x", "files:a", "files:b"]
