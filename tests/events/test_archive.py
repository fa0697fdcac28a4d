"""The log's old age: packed and forgotten, and read as if nothing had happened."""

import asyncio
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import sqlalchemy as sa

from sempre import clock, ids
from sempre.db.tables import event_packs, events
from sempre.events import Archive, Event
from sempre.events._store import packs
from tests.support.store import Store, opened

LATER = timedelta(days=1)


def archive(store: Store) -> Archive:
    return Archive(store.db, store.keyring)


class Closed:
    """All turns are closed but for those that stay open. Remembers how many were asked about at once."""

    def __init__(self, *open_turns: str) -> None:
        self.open = set(open_turns)
        self.most = 0

    async def __call__(self, turn_ids: Collection[str]) -> frozenset[str]:
        self.most = max(self.most, len(turn_ids))
        return frozenset(turn_ids) - self.open


async def tell(store: Store, turns: list[str | None], count: int) -> None:
    """So many events, the turns taking it in turn."""
    for at in range(count):
        store.log.append(
            "a", {"text": f"line {at} " * 5}, channel="c:1", turn_id=turns[at % len(turns)]
        )
    await store.log.flushed()


async def everything(store: Store, page: int) -> list[Event]:
    found: list[Event] = []
    while True:
        more = await store.log.after(found[-1].id if found else 0, limit=page)
        found += more
        if len(more) < page:
            return found


async def count(store: Store, table: sa.Table) -> int:
    async with store.db.reading() as session:
        return (await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()


async def test_a_packed_log_reads_the_same_by_turn_and_by_cursor(store: Store) -> None:
    turns: list[str | None] = [ids.new_id() for _ in range(3)]
    await tell(store, [*turns, None], 4 * (packs.SIZE + 30))
    before = await everything(store, 10_000)
    of_turn = await store.log.of_turn(str(turns[0]), limit=10_000)
    kept_open = str(turns[2])
    packed = await archive(store).pack(clock.now() + LATER, Closed(kept_open))
    assert packed == 2 * (packs.SIZE + 30)
    assert await count(store, events) == len(before) - packed
    for page in (10_000, 333):
        assert await everything(store, page) == before
    assert await store.log.of_turn(str(turns[0]), limit=10_000) == of_turn
    assert await store.log.of_turn(str(turns[0]), after=497, limit=10) == of_turn[497:507]
    assert (
        await store.log.after(0, turn_id=str(turns[1]), limit=5)
        == [each for each in before if each.turn_id == turns[1]][:5]
    )
    assert await store.log.after(0, channel="c:2") == []


async def test_many_packs_that_lie_across_each_other_are_read_in_order(store: Store) -> None:
    turns: list[str | None] = [ids.new_id() for _ in range(60)]
    await tell(store, turns, 300)
    before = await everything(store, 1000)
    await archive(store).pack(clock.now() + LATER, Closed())
    assert await count(store, events) == 0
    assert await count(store, event_packs) == 60
    for page in (1000, 7):
        assert await everything(store, page) == before
    assert await store.log.after(before[-2].id) == before[-1:]


async def test_a_packed_turn_that_goes_on_keeps_counting(store: Store) -> None:
    turn = ids.new_id()
    await tell(store, [turn], 3)
    await archive(store).pack(clock.now() + LATER, Closed())
    async with store_again(store) as other:
        await tell(other, [turn], 2)
    assert [each.seq for each in await store.log.of_turn(turn)] == [1, 2, 3, 4, 5]
    await archive(store).pack(clock.now() + LATER, Closed())
    assert [each.seq for each in await store.log.of_turn(turn)] == [1, 2, 3, 4, 5]
    assert await count(store, event_packs) == 2


async def test_packs_take_a_fraction_of_the_room(store: Store) -> None:
    await tell(store, [ids.new_id()], packs.SIZE)
    async with store.db.reading() as session:
        plain = (
            await session.execute(sa.select(sa.func.sum(sa.func.length(events.c.details))))
        ).scalar_one()
    await archive(store).pack(clock.now() + LATER, Closed())
    async with store.db.reading() as session:
        packed = (
            await session.execute(sa.select(sa.func.sum(sa.func.length(event_packs.c.body))))
        ).scalar_one()
    assert packed * 4 < plain


async def test_two_that_pack_at_once_pack_each_event_once(store: Store) -> None:
    turns: list[str | None] = [ids.new_id() for _ in range(5)]
    await tell(store, turns, 100)
    before = await everything(store, 1000)
    done = await asyncio.gather(
        *(archive(store).pack(clock.now() + LATER, Closed()) for _ in range(2))
    )
    assert sum(done) == 100
    assert await everything(store, 1000) == before


async def test_what_is_old_is_forgotten_but_not_of_open_turns_however_many_there_are(
    store: Store,
) -> None:
    turns: list[str | None] = [ids.new_id() for _ in range(1200)]
    young = ids.new_id()
    with clock.shifted(timedelta(days=-10)):
        await tell(store, [*turns, None], 1201)
    await tell(store, [young], 1)
    closed = Closed(*(str(each) for each in turns[:1100]))
    border = clock.now() - timedelta(days=5)
    assert await archive(store).forget(border, closed) == 101
    assert closed.most <= 500, "one statement names only so many"
    assert {each.turn_id for each in await everything(store, 5000)} == {*turns[:1100], young}
    assert await store.log.last_id() == 1202, "ids are never used again"


async def test_packs_are_forgotten_as_rows_are(store: Store) -> None:
    old, kept = ids.new_id(), ids.new_id()
    with clock.shifted(timedelta(days=-10)):
        await tell(store, [old, kept], 20)
    await archive(store).pack(clock.now(), Closed())
    border = clock.now() - timedelta(days=5)
    assert await archive(store).forget(border - timedelta(days=10), Closed()) == 0
    assert await archive(store).forget(border, Closed(kept)) == 1
    assert {each.turn_id for each in await everything(store, 100)} == {kept}


def store_again(store: Store) -> AbstractAsyncContextManager[Store]:
    """The same database through another log, as after a restart: it remembers no place in any turn."""
    return opened(store.url, keyring=store.keyring)
