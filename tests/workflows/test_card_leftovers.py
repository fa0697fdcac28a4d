"""What a crash leaves of settled work goes at the next start; what is not settled, or nobody's of ours, never does. What
was kept stays as long as docs/board.md says. And what was decided about work is on the audit trail, whatever came of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from sempre import clock, crash
from sempre.audit import Wanted
from sempre.board import Card, Place, Run, worktrees
from sempre.board.words import Column, Settlement
from sempre.errors import ConflictError
from sempre.workflows import card_leftovers
from tests.board import work
from tests.workflows.workshop import Workshop, open_workshop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as made:
        await made.board()
        yield made


async def done(shop: Workshop, title: str = "Price") -> tuple[Card, Run]:
    """A card whose change waits for its merge."""
    card = await shop.card(title)
    return card, await shop.ended(await shop.run(card))


def die(point: str) -> None:
    if point == "run.settled":
        raise asyncio.CancelledError


def is_there(path: Path) -> bool:
    return path.exists()


def branches(shop: Workshop) -> str:
    return work.git(shop.repository, "branch", "--list", "card/*")


def kept(shop: Workshop, run: Run) -> str:
    return work.git(shop.repository, "for-each-ref", worktrees.kept_ref(run.id))


@pytest.mark.parametrize("what", [Settlement.MERGED, Settlement.DISCARDED])
async def test_a_crash_before_the_worktree_is_removed_leaves_it_until_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: Settlement
) -> None:
    async with open_workshop(tmp_path) as shop:
        await shop.board()
        card, run = await done(shop)
        _, other = await done(shop, "Another")
        monkeypatch.setattr(crash, "point", die)
        settle = shop.commands.merge if what is Settlement.MERGED else shop.commands.discard
        with pytest.raises(asyncio.CancelledError):
            await settle(card.id, by="ana")
        monkeypatch.undo()
    worktree, others = Path(run.worktree or ""), Path(other.worktree or "")
    mine = worktree.parent / "SHOP-99-1"
    work.write(mine, {"mine.txt": "1\n"})
    work.git(shop.repository, "branch", "card/SHOP-98-1", "main")
    assert is_there(worktree)
    async with open_workshop(tmp_path) as shop:
        await shop.room.leftovers.clear()
        assert (await shop.room.runs.get(run.id)).settlement is what
    assert not is_there(worktree)
    assert "SHOP-1-1" not in branches(shop)
    assert "SHOP-1-1" not in work.git(shop.repository, "worktree", "list")
    assert is_there(others), "it waits for its merge"
    assert is_there(mine / "mine.txt")
    assert "SHOP-2-1" in branches(shop)
    assert "SHOP-98-1" in branches(shop), "no run is known of it"


async def test_a_branch_that_was_worked_on_after_the_merge_stays(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, run = await done(shop)
    monkeypatch.setattr(crash, "point", die)
    with pytest.raises(asyncio.CancelledError):
        await shop.commands.merge(card.id, by="ana")
    monkeypatch.undo()
    worktree = Path(run.worktree or "")
    work.write(worktree, {"later.txt": "1\n"})
    work.commit(worktree, "By hand")
    await shop.room.leftovers.clear()
    assert is_there(worktree / "later.txt")
    assert "SHOP-1-1" in branches(shop)


async def test_what_was_kept_goes_with_its_card(shop: Workshop) -> None:
    card, run = await done(shop)
    work.write(Path(run.worktree or ""), {"notes.txt": "Not committed.\n"})
    await shop.commands.discard(card.id, by="ana")
    assert kept(shop, run)
    await shop.room.leftovers.clear()
    assert kept(shop, run), "what was discarded is nowhere else"
    await shop.commands.delete_card(card.id, by="ana")
    assert not kept(shop, run)


async def test_what_was_kept_of_merged_work_goes_some_time_after_its_card_was_put_away(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, run = await done(shop)
    work.write(Path(run.worktree or ""), {"notes.txt": "Not committed.\n"})
    await shop.commands.merge(card.id, by="ana")
    foreign = worktrees.kept_ref("01a20010-0000-7000-8000-000000000000")
    work.git(shop.repository, "update-ref", foreign, "main")
    later = SimpleNamespace(now=lambda: clock.now() + timedelta(days=365))
    monkeypatch.setattr(card_leftovers, "clock", later)
    await shop.room.leftovers.clear()
    assert kept(shop, run), "its card is not archived"
    card = await shop.room.cards.get(card.id)
    place = Place(column=Column.ARCHIVED)
    await shop.room.cards.move(card.id, place, version=card.version, by="ana")
    monkeypatch.setattr(card_leftovers, "clock", clock)
    await shop.room.leftovers.clear()
    assert kept(shop, run), "not yet"
    monkeypatch.setattr(card_leftovers, "clock", later)
    await shop.room.leftovers.clear()
    assert not kept(shop, run)
    assert work.git(shop.repository, "for-each-ref", foreign), "another Sempre's"


async def trail(shop: Workshop, card: Card) -> list[tuple[str, object]]:
    """Oldest first, with what it says beside the card."""
    await shop.house.audit.flush()
    entries = await shop.house.audit.page(Wanted(channel=card.channel))
    told = ("commit", "reason")
    return [
        (each.what, next((each.details[name] for name in told if name in each.details), None))
        for each in reversed(entries)
        if each.what.startswith(("card.merge", "card.discard"))
    ]


async def test_what_was_asked_for_and_what_came_of_it_are_on_the_trail(shop: Workshop) -> None:
    card, _ = await done(shop)
    work.write(shop.repository, {"shop.py": "PRICE = 9\n"})
    with pytest.raises(ConflictError):
        await shop.commands.merge(card.id, by="ana")
    work.git(shop.repository, "checkout", "-q", "shop.py")
    commit = await shop.commands.merge(card.id, by="ana")
    with pytest.raises(ConflictError):
        await shop.commands.discard(card.id, by="ana")
    assert await trail(shop, card) == [
        ("card.merge", None),
        ("card.merge_refused", "base_dirty"),
        ("card.merge", None),
        ("card.merged", commit),
        ("card.discard", None),
        ("card.discard_refused", "nothing_to_discard"),
    ]


async def test_a_crash_after_the_merge_loses_no_record_of_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, _ = await done(shop)

    def fall(point: str) -> None:
        if point == "run.merged":
            raise asyncio.CancelledError

    monkeypatch.setattr(crash, "point", fall)
    with pytest.raises(asyncio.CancelledError):
        await shop.commands.merge(card.id, by="ana")
    monkeypatch.undo()
    assert await trail(shop, card) == [("card.merge", None)]
    commit = await shop.commands.merge(card.id, by="rui")
    assert (await trail(shop, card))[1:] == [("card.merge", None), ("card.merged", commit)]
