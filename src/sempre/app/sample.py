"""The sample's board, for a home that shows the sample: made once, its first cards run at once."""

import asyncio
from pathlib import Path

import structlog

from sempre.api.boarding import Boarding
from sempre.app.house import House
from sempre.board import BoardSettings, CardText, Request, worktrees
from sempre.board.git import Git
from sempre.board.words import Column, Priority
from sempre.errors import SempreError
from sempre.rehearsal import is_sample, sample_board
from sempre.rehearsal.sample_board import SampleBoard

_log = structlog.stdlib.get_logger(__name__)
_BY = "sample"
_MADE = "sample-board"
_FOLDER = "repositories"


async def lay_out(house: House, board: Boarding) -> None:
    """In a home with the sample, the first time. Raises nothing: a demo without a board is a demo."""
    made = house.home.state / _MADE
    if await asyncio.to_thread(made.exists) or not await asyncio.to_thread(
        is_sample, house.home.path
    ):
        return
    try:
        await _lay_out(house, board)
        await asyncio.to_thread(made.touch)
    except SempreError as error:
        _log.warning("sample.no_board", reason=error.message)


async def _lay_out(house: House, board: Boarding) -> None:
    sample = await asyncio.to_thread(sample_board.read)
    repository = house.home.path / _FOLDER / sample.id
    await _make_repository(repository)
    if sample.id not in {each.id for each in await board.boards.every()}:
        settings = BoardSettings(
            name=sample.name, repository=str(repository), test=tuple(sample.test), wip=sample.wip
        )
        await board.boards.create(sample.id, sample.prefix, settings, node=house.node, by=_BY)
        await _make_cards(board, sample)


async def _make_cards(board: Boarding, sample: SampleBoard) -> None:
    made: list[str] = []
    for each in sample.cards:
        text = CardText(
            title=each.title,
            description=each.description.strip(),
            labels=tuple(each.labels),
            priority=Priority(each.priority),
            needs=tuple(made[place - 1] for place in each.needs),
        )
        card = await board.cards.create(sample.id, text, column=Column(each.column), by=_BY)
        made.append(card.id)
    for card_id, each in zip(made, sample.cards, strict=True):
        if each.run:
            await board.commands.run(card_id, Request(), by=_BY)


async def _make_repository(path: Path) -> None:
    git = Git(folder=path / ".git", tree=path)
    if await asyncio.to_thread((path / ".git" / "refs" / "heads" / "main").exists):
        return
    await asyncio.to_thread(sample_board.lay_down_files, path)
    await git.run("init", "--quiet", "--initial-branch=main")
    await git.run("add", "--all")
    await git.run(
        "commit",
        "--quiet",
        "--no-verify",
        "--message=Loja",
        more=await worktrees.identity(git),
    )
