"""The boards of one home: their stores, who answers on the channels of their cards, and what those may do and spend."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sempre.agents.claude import Brought, Profile, brought
from sempre.api.boarding import Boarding
from sempre.app.house import House
from sempre.app.rights import Ground
from sempre.board import (
    Automation,
    Boards,
    Cards,
    Comments,
    Images,
    Queue,
    Runs,
    Visits,
)
from sempre.budgets import Amount, Limit
from sempre.contract.agents import Agent
from sempre.contract.messages import Usage
from sempre.crypto import Keyring
from sempre.errors import MisconfiguredError, NotFoundError
from sempre.workflows import card as card_workflow
from sempre.workflows.card_agent import CardAgent
from sempre.workflows.card_briefing import Briefing
from sempre.workflows.card_channel import CardChannel
from sempre.workflows.card_commands import CardCommands
from sempre.workflows.card_leftovers import Leftovers
from sempre.workflows.card_places import Places
from sempre.workflows.card_scheduler import Scheduler
from sempre.workflows.card_settling import Settling
from sempre.workflows.card_standing import KIND, At, Standing
from sempre.workflows.card_walk import Walk
from sempre.workflows.commands import Commands

WORKTREES = "worktrees"


@dataclass(frozen=True, kw_only=True)
class BoardRoom:
    """Everything about boards that one process has."""

    boards: Boards
    cards: Cards
    runs: Runs
    visits: Visits
    images: Images
    comments: Comments
    automation: Automation
    queue: Queue
    places: Places
    standing: Standing
    scheduler: Scheduler
    settling: Settling
    leftovers: Leftovers
    channel: CardChannel

    def parts(self, commands: CardCommands) -> Boarding:
        return Boarding(
            boards=self.boards,
            cards=self.cards,
            runs=self.runs,
            visits=self.visits,
            images=self.images,
            comments=self.comments,
            commands=commands,
        )


def board_room(house: House, keyring: Keyring) -> BoardRoom:
    db, log = house.db, house.log
    boards, cards = Boards(db, keyring, log, house.audit), Cards(db, keyring, log)
    runs, visits = Runs(db, keyring, log), Visits(db, keyring, log)
    images, queue = Images(db, keyring, log), Queue(db, keyring, log)
    scheduler = Scheduler(
        boards=boards, runs=runs, queue=queue, engine=house.engine, node=house.node
    )

    async def wake(run_id: str) -> None:
        try:
            await scheduler.wake(await runs.get(run_id))
        except NotFoundError:  # its card was deleted
            return

    places = Places(house.home.path / WORKTREES, house.node, runs=runs, images=images)
    settling = Settling(boards, cards, runs, places, scheduler, house.audit)
    room = BoardRoom(
        boards=boards,
        cards=cards,
        runs=runs,
        visits=visits,
        images=images,
        comments=Comments(db, keyring, log),
        automation=Automation(db, keyring, log),
        queue=queue,
        places=places,
        standing=Standing(boards, cards, runs, visits),
        scheduler=scheduler,
        settling=settling,
        leftovers=Leftovers(
            boards=boards,
            cards=cards,
            runs=runs,
            places=places,
            settling=settling,
            days=house.settings.retention.kept_work_days,
        ),
        channel=CardChannel(wake),
    )
    house.money.purse.ceiling = lambda turn_id, channel: _ceiling(house, room, turn_id, channel)
    return room


def card_agent(house: House, room: BoardRoom, model: Agent) -> CardAgent:
    async def folder(at: At) -> Path:
        _, tree = await room.places.find(at.board, at.run)
        if tree is None:
            raise MisconfiguredError(
                f"The worktree {at.run.worktree} is gone.",
                remedy="Retry the stage, which makes it anew from its branch.",
                code="no_worktree",
            )
        return tree.git.folder

    return CardAgent(
        model=model,
        standing=room.standing,
        folder=folder,
        state=house.home.state / "commands",
    )


def equip(
    house: House,
    room: BoardRoom,
    commands: Commands,
    ready: Callable[[], Awaitable[object]],
    release: Callable[[str], Awaitable[None]],
) -> CardCommands:
    """Before the engine is launched: runs that were left are taken up as soon as `ready` returns. `release` ends what
    waits on a channel for its next prompt."""
    walk = Walk(
        boards=room.boards,
        cards=room.cards,
        runs=room.runs,
        visits=room.visits,
        turns=house.turns,
        channels=house.channels,
        inbox=house.inbox,
        places=room.places,
        briefing=Briefing(room.places, room.comments),
        scheduler=room.scheduler,
        cancel=commands.cancel,
        release=release,
    )
    card_workflow.equip(_Steps(walk, ready))
    return CardCommands(
        boards=room.boards,
        cards=room.cards,
        runs=room.runs,
        visits=room.visits,
        comments=room.comments,
        automation=room.automation,
        places=room.places,
        scheduler=room.scheduler,
        settling=room.settling,
        leftovers=room.leftovers,
        letters=house.dead_letters,
        cancel=commands.cancel,
    )


async def card_profile(house: House, room: BoardRoom, channel: str) -> Profile:
    """What the board says of this stage, the card over that, and what a person said over both since."""
    at = await room.standing.required(channel)
    stage, text, settings = at.board.settings.stage(at.visit.stage), at.card.text, house.settings
    told = (await house.directives.get(channel)).value
    model = text.model if text.model is not None else stage.model
    return Profile(
        directory=at.directory,
        brought=await _brought(house, room, at),
        sandbox=house.permissions.sandbox(channel),
        hidden=(str(house.home.state), str(house.home.path / ".queue")),
        model=(told.model if told.model is not None else model) or "",
        effort=(told.effort if told.effort is not None else stage.effort) or "",
        instructions=told.instructions if told.instructions is not None else stage.instructions,
        tools=told.narrowed(house.permissions.tools(channel)),
        silence_seconds=told.silence_seconds or settings.turns.silence_seconds,
        turn_seconds=told.turn_seconds or settings.turns.seconds,
    )


async def _brought(house: House, room: BoardRoom, at: At) -> Brought | None:
    """What the board's repository gives, while a person trusts it as it is. Of a worktree nothing is loaded."""
    if sys.platform == "win32" or not await house.trusts.look():
        return None  # there the gate's second hook cannot look
    folder = (await room.places.repository(at.board)).path
    trust = house.trusts.of(await asyncio.to_thread(folder.resolve))
    if trust is None:
        return None
    return await asyncio.to_thread(brought.take, folder, trust.contents, tree=at.directory)


class Grounds:
    """Where the agents of cards work. Policy reads it at once; `look` is asked before."""

    def __init__(self, room: BoardRoom) -> None:
        self._room = room
        self._known: dict[str, Ground] = {}

    def of(self, channel: str) -> Ground | None:
        """None: no card's. Raises MisconfiguredError when it has no place to work in."""
        return self._known[channel] if channel.startswith(KIND) else None

    async def look(self, channel: str) -> None:
        """Raises MisconfiguredError."""
        if not channel.startswith(KIND):
            return
        at = await self._room.standing.required(channel)
        self._known[channel] = Ground(
            directory=at.directory,
            commands=at.board.settings.test,
            readable=[str(self._room.places.pictures_of(channel))],
        )


async def _ceiling(house: House, room: BoardRoom, turn_id: str, channel: str) -> Limit:
    """What is left of the stage's budget for this turn, and of the card's for this run."""
    if not channel.startswith(KIND):
        return Limit()
    try:
        at = await room.standing.of(channel)
    except NotFoundError:
        return Limit()
    stage, text = at.board.settings.stage(at.visit.stage), at.card.text
    of_stage = Limit(micros=stage.budget_micros, tokens=stage.budget_tokens)
    of_run = Limit(micros=text.budget_micros, tokens=text.budget_tokens)
    if of_stage.is_none and of_run.is_none:
        return Limit()
    turns = [each.turn_id for each in await room.visits.of_run(at.run.id) if each.turn_id]
    spent = await house.ledger.of_turns([*{*turns, turn_id}])
    of_turn = _amount(spent.get(turn_id))
    of_all = sum((_amount(each) for each in spent.values()), Amount())
    return of_stage.after(of_turn).least(of_run.after(of_all))


def _amount(usage: Usage | None) -> Amount:
    if usage is None:
        return Amount()
    tokens = (
        usage.input_tokens
        + usage.output_tokens
        + usage.cache_read_tokens
        + usage.cache_write_tokens
    )
    return Amount(micros=usage.cost_micros or 0, tokens=tokens)


class _Steps:
    """The engine takes up what was left before the channels are open, so the steps wait until then."""

    def __init__(self, walk: Walk, ready: Callable[[], Awaitable[object]]) -> None:
        self._walk = walk
        self._ready = ready

    async def advance(self, run_id: str) -> float | None:
        await self._ready()
        return await self._walk.advance(run_id)
