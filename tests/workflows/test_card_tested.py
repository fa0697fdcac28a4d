"""What tests leave in the worktree: what a person sees is what is tested, reviewed and merged."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sempre.board import Request, Run
from sempre.board.words import RunState, Stage
from sempre.errors import ConflictError
from tests.board import work
from tests.workflows.workshop import Asked, Workshop, open_workshop

FORMATS = "echo 'PRICE = 1  # formatted' > shop.py"
ONLY_TESTS = Request(first=Stage.TEST, only=True)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as made:
        yield made


async def seen(shop: Workshop, run: Run) -> bytes:
    return await shop.commands.diff(run.id, path=None, largest=100_000)


async def test_what_the_test_commands_change_is_a_commit_of_its_own_and_merged(
    shop: Workshop,
) -> None:
    await shop.board(test=(FORMATS,))
    card = await shop.card()
    run = await shop.ended(await shop.run(card, ONLY_TESTS))
    assert run.state is RunState.COMPLETED
    assert b"+PRICE = 1  # formatted" in await seen(shop, run)
    assert work.log(shop.repository, "card/SHOP-1-1") == [
        "Changed by the tests of SHOP-1: Price",
        "First",
    ]
    (visit,) = await shop.room.visits.of_run(run.id)
    assert visit.output is not None
    assert "1 file, which is committed now: shop.py" in visit.output
    await shop.commands.merge(card.id, by="ana")
    assert (shop.repository / "shop.py").read_text() == "PRICE = 1  # formatted\n"


async def test_nothing_to_merge_is_said_and_nothing_is_settled(shop: Workshop) -> None:
    await shop.board(test=("true",))
    card = await shop.card()
    run = await shop.ended(await shop.run(card, ONLY_TESTS))
    for moved in (False, True):
        if moved:
            work.write(shop.repository, {"other.py": "1\n"})
            work.commit(shop.repository, "Meanwhile")
        with pytest.raises(ConflictError, match="nothing to merge") as refused:
            await shop.commands.merge(card.id, by="ana")
        assert refused.value.code == "nothing_to_merge"
    assert (await shop.room.runs.get(run.id)).settlement is None
    await shop.commands.rebase(card.id, by="ana")
    with pytest.raises(ConflictError, match="nothing to merge"):
        await shop.commands.merge(card.id, by="ana")
    await shop.commands.discard(card.id, by="ana")


async def test_what_was_left_in_the_worktree_is_tested_and_merged(shop: Workshop) -> None:
    """A stage that was stopped, or a person who edits a line."""
    await shop.board(test=("grep -q 9 shop.py",))
    card = await shop.card()
    first = await shop.ended(await shop.run(card, Request(first=Stage.IMPLEMENT, only=True)))
    work.write(Path(first.worktree or ""), {"shop.py": "PRICE = 9\n"})
    run = await shop.ended(await shop.run(card, ONLY_TESTS))
    assert run.state is RunState.COMPLETED
    assert work.log(shop.repository, "card/SHOP-1-1")[0] == "Left before test of SHOP-1: Price"
    await shop.commands.merge(card.id, by="ana")
    assert (shop.repository / "shop.py").read_text() == "PRICE = 9\n"


async def test_what_a_review_leaves_is_no_part_of_the_change_and_is_named(shop: Workshop) -> None:
    await shop.board()

    def scribbles(asked: Asked) -> str:
        work.write(asked.place, {"notes.txt": "mine\n", "shop.py": "PRICE = 0\n"})
        return '```json\n{"verdict": "approve", "summary": "Fine."}\n```'

    shop.coder.acts["review"] = scribbles
    card = await shop.card()
    run = await shop.ended(await shop.run(card))
    assert run.state is RunState.COMPLETED
    assert b"shop-1.py" in await seen(shop, run)
    assert b"notes.txt" not in await seen(shop, run)
    assert await shop.commands.uncommitted(run.id) == ["notes.txt", "shop.py"]
    await shop.commands.merge(card.id, by="ana")
    assert (shop.repository / "shop.py").read_text() == "PRICE = 1\n"
    assert not (shop.repository / "notes.txt").exists()
    assert work.git(shop.repository, "show", f"refs/sempre/kept/{run.id}:notes.txt") == "mine"
    assert await shop.commands.uncommitted(run.id) == []


async def test_a_repository_that_tests_leave_does_not_fail_them(shop: Workshop) -> None:
    await shop.board(test=("git init -q scratch && echo 1 > scratch/a", FORMATS))
    card = await shop.card()
    run = await shop.ended(await shop.run(card, ONLY_TESTS))
    assert run.state is RunState.COMPLETED
    (visit,) = await shop.room.visits.of_run(run.id)
    assert visit.output is not None
    assert "not committed" in visit.output
    assert await seen(shop, run) == b""
    assert await shop.commands.uncommitted(run.id) == ["scratch/a", "shop.py"]
    with pytest.raises(ConflictError, match=r"nothing to merge.*scratch/a"):
        await shop.commands.merge(card.id, by="ana")
