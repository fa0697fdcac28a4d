from pathlib import Path

from sempre.app import sample
from sempre.board import Wanted
from sempre.board.words import Column, RunState, Wait
from sempre.rehearsal import lay_down
from sempre.rehearsal.directives import read_script
from sempre.rehearsal.sample_board import read, repository_files
from sempre.rehearsal.scan import find_directives
from sempre.rehearsal.stages import NAMES
from tests.board import work
from tests.workflows.workshop import Workshop, open_workshop


async def laid_out(shop: Workshop) -> None:
    await sample.lay_out(shop.house, shop.room.parts(shop.commands))


async def test_the_sample_has_a_board_that_is_alive_and_is_made_once(tmp_path: Path) -> None:
    lay_down(tmp_path / "home")
    async with open_workshop(tmp_path) as shop:
        await laid_out(shop)
        every = [*Column]
        cards = await shop.room.cards.find(Wanted(board="loja", columns=every))
        assert len(cards) == len(read().cards)
        runs = {each.key: each.run for each in cards}
        assert sum(run is not None for run in runs.values()) == 4
        third = runs["LOJA-3"]
        assert third is not None
        assert (third.state, third.wait) == (RunState.QUEUED, Wait.DEPENDENCIES)
        first = runs["LOJA-1"]
        assert first is not None
        assert (await shop.ended(first.id)).state is RunState.COMPLETED
        repository = shop.house.home.path / "repositories" / "loja"
        assert work.log(repository, "main") == ["Loja"]
        await laid_out(shop)
        assert len(await shop.room.cards.find(Wanted(board="loja", columns=every))) == len(cards)


async def test_a_home_without_the_sample_gets_no_board(tmp_path: Path) -> None:
    async with open_workshop(tmp_path) as shop:
        await laid_out(shop)
        assert await shop.room.boards.every() == []


def test_every_script_of_the_sample_can_be_played() -> None:
    parts = [part for card in read().cards for part in find_directives(card.description)]
    assert {part.name for part in parts} <= set(NAMES)
    assert len(parts) > 5
    for part in parts:
        read_script(part.value)
    assert {".gitignore", "precos.py", "test_precos.py"} <= set(repository_files())
