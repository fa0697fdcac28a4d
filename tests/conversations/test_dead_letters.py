import pytest

from sempre.conversations import WantedLetters
from sempre.errors import NotFoundError
from tests.support.store import Store


async def dead(store: Store, *texts: str) -> list[str]:
    ids = await store.accept(*texts)
    for turn_id in ids:
        await store.fail(turn_id)
    return ids


async def test_pages_are_newest_first_without_gap_or_double(store: Store) -> None:
    ids = await dead(store, *(f"p{at}" for at in range(7)))
    read: list[str] = []
    before = None
    while page := await store.dead_letters.page(before=before, limit=3):
        read += [letter.turn_id for letter in page]
        before = page[-1].id
    assert read == ids[::-1]
    assert await store.dead_letters.count() == 7


async def test_a_purged_letter_is_gone_and_its_turn_stays(store: Store) -> None:
    (turn_id,) = await dead(store, "a")
    (letter,) = await store.dead_letters.page()
    await store.dead_letters.purge(letter.id)
    assert await store.dead_letters.page() == []
    assert (await store.turns.get(turn_id)).failure is not None
    for call in (store.dead_letters.get, store.dead_letters.purge):
        with pytest.raises(NotFoundError):
            await call(letter.id)


async def test_a_letter_of_another_channel_is_not_listed_with_it(store: Store) -> None:
    await dead(store, "a")
    assert await store.dead_letters.page(WantedLetters(channel="files:other")) == []
    assert len(await store.dead_letters.page(WantedLetters(channel="files:coder"))) == 1
