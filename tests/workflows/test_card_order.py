"""Which runs go on when: side by side within the limits, in order, after what they depend on; cancelled and restarted
in each stage."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sempre.board import Place, Run, StageSettings
from sempre.board.words import Column, RunState, Stage, Wait
from sempre.durable import State
from sempre.errors import ConflictError
from tests.board import work
from tests.workflows.workshop import Coder, Workshop, open_workshop

_WAITS_FOR_A_FILE = "touch ../started; while [ ! -f ../go ]; do sleep 0.05; done"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as made:
        yield made


async def test_three_cards_with_a_limit_of_two_and_one_that_depends_on_another(
    shop: Workshop,
) -> None:
    await shop.board(wip=2)
    shop.coder.holds["implement"] = asyncio.Event()
    first, second = await shop.card("First"), await shop.card("Second")
    third = await shop.card("Third", needs=(first.id,))
    fourth = await shop.card("Fourth")
    runs = [await shop.run(each) for each in (third, first, second, fourth)]
    await shop.reached("SHOP-1 implement")
    await shop.reached("SHOP-2 implement")
    waiting = [await shop.room.runs.get(each.id) for each in (runs[0], runs[3])]
    assert [(each.state, each.wait) for each in waiting] == [
        (RunState.QUEUED, Wait.DEPENDENCIES),
        (RunState.QUEUED, Wait.WIP),
    ]
    assert waiting[0].waits_on == ("SHOP-1",)
    shop.coder.holds["implement"].set()
    for each in runs[1:]:
        assert (await shop.ended(each)).state is RunState.COMPLETED
    assert (await shop.room.runs.get(runs[0].id)).state is RunState.QUEUED
    await shop.commands.merge(first.id, by="ana")
    assert (await shop.ended(runs[0])).state is RunState.COMPLETED
    order = [each.key for each in shop.coder.asked if each.stage == "plan"]
    assert order.index("SHOP-3") == 3
    assert order.index("SHOP-4") == 2


async def test_a_stage_has_room_for_so_many(shop: Workshop) -> None:
    await shop.board(wip=5, stages={Stage.IMPLEMENT: StageSettings(wip=1)})
    shop.coder.holds["implement"] = asyncio.Event()
    cards = [await shop.card(f"Card {number}") for number in range(3)]
    runs = [await shop.run(each) for each in cards]
    async with asyncio.timeout(60):
        while await _waiting(shop, runs) < 2:  # noqa: ASYNC110  (it is a row)
            await asyncio.sleep(0.02)
    assert sum(each.stage == "implement" for each in shop.coder.asked) <= 1
    shop.coder.holds["implement"].set()
    for each in runs:
        assert (await shop.ended(each)).state is RunState.COMPLETED


async def test_a_plan_that_waits_for_its_reader_holds_nobody_up(shop: Workshop) -> None:
    await shop.board(wip=1, approve_plan=True)
    cards = [await shop.card("First"), await shop.card("Second")]
    runs = [await shop.run(each) for each in cards]
    for run in runs:
        await shop.until(run, lambda found: found.wait is Wait.PLAN_APPROVAL)
    shop.coder.holds["implement"] = asyncio.Event()
    await shop.commands.approve_plan(cards[1].id, by="ana")
    await shop.reached("SHOP-2 implement")
    await shop.commands.approve_plan(cards[0].id, by="ana")
    first = await shop.room.runs.get(runs[0].id)
    assert (first.state, first.wait) == (RunState.WAITING, Wait.WIP)
    shop.coder.holds["implement"].set()
    for run in runs:
        assert (await shop.ended(run)).state is RunState.COMPLETED
    order = [each.key for each in shop.coder.asked if each.stage in {"implement", "review"}]
    assert order == ["SHOP-2", "SHOP-2", "SHOP-1", "SHOP-1"]


async def _waiting(shop: Workshop, runs: Sequence[Run]) -> int:
    found = [await shop.room.runs.get(each.id) for each in runs]
    return sum(each.wait is Wait.STAGE_WIP for each in found)


async def test_a_card_moved_to_done_by_hand_lets_others_begin(shop: Workshop) -> None:
    await shop.board()
    first = await shop.card("First")
    second = await shop.card("Second", needs=(first.id,))
    run = await shop.run(second)
    assert run.wait is Wait.DEPENDENCIES
    await shop.room.cards.move(first.id, Place(column=Column.DONE), version=first.version, by="ana")
    await shop.commands.start_next("shop")
    assert (await shop.ended(run)).state is RunState.COMPLETED


async def test_a_second_run_of_a_card_is_refused(shop: Workshop) -> None:
    await shop.board()
    shop.coder.holds["plan"] = asyncio.Event()
    card = await shop.card()
    run = await shop.run(card)
    with pytest.raises(ConflictError, match=run.id):
        await shop.run(card)
    await shop.commands.cancel(card.id, by="ana")
    await shop.ended(run)


@pytest.mark.parametrize("stage", ["plan", "implement", "review"])
async def test_cancelled_in_a_stage_of_the_agent(shop: Workshop, stage: str) -> None:
    await shop.board()
    shop.coder.holds[stage] = asyncio.Event()
    card = await shop.card()
    run = await shop.run(card)
    await shop.reached(f"SHOP-1 {stage}")
    await shop.commands.cancel(card.id, by="ana")
    run = await shop.ended(run)
    assert run.state is RunState.CANCELLED
    assert await shop.column(card) is Column(stage)
    assert (await shop.walk(run))[-1] == f"{stage} cancelled"
    assert _is_there(run.worktree)
    del shop.coder.holds[stage]
    again = await shop.ended(await shop.commands.retry(card.id, by="ana"))
    assert again.state is RunState.COMPLETED
    assert again.worktree == run.worktree


async def test_cancelled_in_test_its_processes_are_gone(shop: Workshop) -> None:
    await shop.board(test=(_WAITS_FOR_A_FILE,))
    card = await shop.card()
    run = await shop.run(card)
    await _tests_run(shop, run.id)
    await shop.commands.cancel(card.id, by="ana")
    run = await shop.ended(run)
    assert run.state is RunState.CANCELLED
    assert (await shop.walk(run))[-1] == "test cancelled"
    assert _is_there(run.worktree)
    assert not _commands_of(run.worktree)


async def test_a_run_in_line_is_cancelled_at_once(shop: Workshop) -> None:
    await shop.board(wip=1)
    shop.coder.holds["plan"] = asyncio.Event()
    first, second = await shop.card("First"), await shop.card("Second")
    runs = [await shop.run(each) for each in (first, second)]
    await shop.commands.cancel(second.id, by="ana")
    assert (await shop.room.runs.get(runs[1].id)).state is RunState.CANCELLED
    shop.coder.holds["plan"].set()
    assert (await shop.ended(runs[0])).state is RunState.COMPLETED


@pytest.mark.parametrize("stage", ["plan", "implement", "test", "review"])
async def test_restarted_in_a_stage_it_goes_on_there_and_nothing_counts(
    tmp_path: Path, stage: str
) -> None:
    coder = Coder(holds={stage: asyncio.Event()})
    async with open_workshop(tmp_path, coder) as shop:
        await shop.board(test=(_WAITS_FOR_A_FILE,) if stage == "test" else ("true",))
        run = await shop.run(await shop.card())
        if stage == "test":
            await _tests_run(shop, run.id)
        else:
            await shop.reached(f"SHOP-1 {stage}")
        session = (await shop.room.runs.get(run.id)).session_id
    worktrees = tmp_path / "home" / "worktrees" / "shop"
    assert not _commands_of(str(worktrees / "SHOP-1-1"))
    (worktrees / "go").write_text("")
    coder.holds.clear()
    async with open_workshop(tmp_path, coder) as shop:
        run = await shop.ended(run)
        assert run.state is RunState.COMPLETED
        assert len(await shop.walk(run)) == 4
        assert run.session_id == session
        visits = await shop.room.visits.of_run(run.id)
        turns = [await shop.house.turns.get(each.turn_id or "") for each in visits]
        assert [each.errors for each in turns] == [0, 0, 0, 0]
        assert work.log(shop.repository, "card/SHOP-1-1") == [
            "Implement SHOP-1: Price",
            "Plan SHOP-1: Price",
            "First",
        ]


async def test_a_run_that_lost_its_owner_is_seen_and_taken_up(shop: Workshop) -> None:
    await shop.board()
    shop.coder.holds["plan"] = asyncio.Event()
    card = await shop.card()
    run = await shop.run(card)
    await shop.reached("SHOP-1 plan")
    with pytest.raises(ConflictError, match="living owner"):
        await shop.commands.unstick(card.id, by="ana")
    await shop.house.engine.cancel(run.workflow)
    assert (await shop.house.engine.states([run.workflow]))[run.workflow] is State.CANCELLED
    assert run.id not in await shop.commands.running()
    shop.coder.holds["plan"].set()
    await shop.commands.unstick(card.id, by="ana")
    assert (await shop.ended(run)).state is RunState.COMPLETED
    assert shop.coder.visits() == ["plan", "implement", "review"]


async def test_the_reconcile_pass_takes_up_what_has_no_owner(shop: Workshop) -> None:
    await shop.board()
    shop.coder.holds["plan"] = asyncio.Event()
    run = await shop.run(await shop.card())
    await shop.reached("SHOP-1 plan")
    await shop.house.engine.cancel(run.workflow)
    shop.coder.holds["plan"].set()
    assert await shop.room.scheduler.reconcile() == 1
    assert (await shop.ended(run)).state is RunState.COMPLETED


async def _tests_run(shop: Workshop, run_id: str) -> None:
    """The test command has started."""
    async with asyncio.timeout(60):
        while not _is_there(f"{(await shop.room.runs.get(run_id)).worktree}/../started"):  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.05)


def _commands_of(worktree: str | None) -> list[int]:
    """Processes that work in there."""
    if worktree is None:
        return []
    found: list[int] = []
    for each in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if str(each.readlink()) == worktree:
                found.append(int(each.parent.name))
        except OSError:
            continue
    return found


def _is_there(path: str | None) -> bool:
    return Path(path or "").exists()
