"""A run is broken off between any two things that it does, and goes on at the next start as if nothing had been."""

import asyncio
from pathlib import Path

import pytest

from sempre import crash
from sempre.board.words import RunState
from tests.board import work
from tests.support.patience import PATIENCE
from tests.workflows.workshop import Coder, open_workshop

POINTS = [
    "run.proceeded",
    "run.placed",
    "run.briefed",
    "run.turn_accepted",
    "run.committed",
    "run.stage_ended",
]


@pytest.mark.parametrize(
    ("point", "passes"),
    [*((point, 1) for point in POINTS), ("run.turn_accepted", 3), ("run.committed", 3)],
)
async def test_broken_off_there_nothing_is_lost_or_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, passes: int
) -> None:
    died, left = asyncio.Event(), [passes]

    def die(name: str) -> None:
        """Everything of this process stops here, and says nothing any more."""
        if name == point:
            left[0] -= 1
        if left[0] <= 0:
            died.set()
            raise asyncio.CancelledError

    coder = Coder()
    async with open_workshop(tmp_path, coder) as shop:
        await shop.board()
        card = await shop.card()
        monkeypatch.setattr(crash, "point", die)
        run = await shop.run(card)
        async with asyncio.timeout(PATIENCE):
            await died.wait()
    monkeypatch.undo()
    async with open_workshop(tmp_path, coder) as shop:
        run = await shop.ended(run)
        assert run.state is RunState.COMPLETED
        assert await shop.walk(run) == [
            "plan passed",
            "implement passed",
            "test passed",
            "review passed",
        ]
        assert shop.coder.visits() == ["plan", "implement", "review"]
        assert work.log(shop.repository, "card/SHOP-1-1") == [
            "Implement SHOP-1: Price",
            "Plan SHOP-1: Price",
            "First",
        ]
        turns = await shop.house.turns.page(channel=card.channel)
        assert len(turns) == 4


async def test_a_merge_that_a_crash_broke_off_is_brought_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        if name == "run.merged":
            raise asyncio.CancelledError

    async with open_workshop(tmp_path) as shop:
        await shop.board()
        card = await shop.card()
        await shop.ended(await shop.run(card))
        monkeypatch.setattr(crash, "point", die)
        with pytest.raises(asyncio.CancelledError):
            await shop.commands.merge(card.id, by="ana")
        monkeypatch.undo()
        tip = work.git(shop.repository, "rev-parse", "main")
        assert await shop.commands.merge(card.id, by="ana") == tip
        assert work.git(shop.repository, "worktree", "list").count("\n") == 0
        assert work.log(shop.repository, "main")[0] == "Merge SHOP-1: Price"
