"""Who takes in, who answers, who judges, who gives out: the channels and agents of one home, wired to its house."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sempre import crypto
from sempre.agents.claude import ClaudeAgent
from sempre.api.boarding import Boarding
from sempre.app.around import Around
from sempre.app.board import board_room, card_agent, equip
from sempre.app.budgets import wake_turns
from sempre.app.claude import open_claude
from sempre.app.control import control_of, heed_suspension
from sempre.app.house import House
from sempre.app.plan import Role
from sempre.app.provider import open_provider
from sempre.app.queues import FILES
from sempre.app.steps import Steps
from sempre.app.unfinished import take_up
from sempre.channels.files.channel import FilesChannel
from sempre.contract.agents import Agent
from sempre.contract.channel import Channel
from sempre.settings import Settings
from sempre.tasks import spawn, stop
from sempre.workflows import turn as turn_workflow
from sempre.workflows.card_scheduler import Scheduler
from sempre.workflows.card_standing import KIND as CARDS
from sempre.workflows.commands import CANCEL_TOPIC, Commands
from sempre.workflows.control import Control
from sempre.workflows.deciding import UNDER_WAY, Deciding
from sempre.workflows.releasing import Releasing
from sempre.workflows.tool_gate import Rules


@dataclass(frozen=True, kw_only=True)
class Work:
    files: FilesChannel | None
    claude: ClaudeAgent
    commands: Commands
    control: Control
    rules: Rules
    deciding: Deciding
    releasing: Releasing
    board: Boarding
    scheduler: Scheduler

    async def configure(self, settings: Settings) -> None:
        """These hold from now on; what is asked for at each turn is not told."""
        if self.files is not None:
            await self.files.configure(settings.workers)


@asynccontextmanager
async def open_work(house: House, around: Around, roles: frozenset[Role]) -> AsyncIterator[Work]:
    """Opened: what was left is taken up, then new work is taken in. The engine is closed by whoever stops."""
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(open_provider(around))
        keyring = await asyncio.to_thread(crypto.load, house.home.key, data_exists=True)
        room = board_room(house, keyring)
        claude, rules = await stack.enter_async_context(open_claude(house, around, provider, room))
        cards = card_agent(house, room, claude)
        await cards.open()
        stack.push_async_callback(cards.close)
        scripted = _scripted() if around.rehearses else None

        def agent(channel: str) -> Agent | None:
            if channel.startswith(CARDS):
                return cards
            return claude if channel.startswith(f"{FILES}:") else scripted

        files = _files(house) if Role.WORKER in roles else None

        def memory_of(channel: str) -> FilesChannel | None:
            return files if channel.startswith(f"{FILES}:") else None

        def channel_of(channel: str) -> Channel | None:
            return room.channel if channel.startswith(CARDS) else memory_of(channel)

        steps = Steps(house, agent, channel_of, memory_of)
        turn_workflow.equip(steps)
        commands = _commands(house, agent)
        card_commands = equip(house, room, commands, steps.ready.wait, claude.release)
        deciding = _deciding(house, rules)
        releasing = Releasing(
            turns=house.turns, purse=house.money.purse, signal=house.engine.signal
        )
        wake_turns(house.money, house.notices, releasing)
        await heed_suspension(house)
        await house.engine.launch()
        stack.push_async_callback(house.engine.close)
        await take_up(house)
        if files is not None:
            await files.open(house.inbox)
            stack.push_async_callback(files.close)
        # Alone here, nobody else has a decision in hand; with other processes the round a moment later finds it.
        await deciding.catch_up(UNDER_WAY if house.db.is_postgres else timedelta())
        steps.ready.set()
        await deciding.remind()
        control = control_of(house)
        await control.remind()
        await room.scheduler.reconcile()
        clearing = spawn(room.leftovers.run(), name="board.clear")
        stack.push_async_callback(stop, clearing)
        yield Work(
            files=files,
            claude=claude,
            commands=commands,
            control=control,
            rules=rules,
            deciding=deciding,
            releasing=releasing,
            board=room.parts(card_commands),
            scheduler=room.scheduler,
        )


def _scripted() -> Agent:
    from sempre.rehearsal import ScriptedAgent  # what is scripted is loaded where it is played

    return ScriptedAgent()


def _deciding(house: House, rules: Rules) -> Deciding:
    return Deciding(
        approvals=house.approvals,
        turns=house.turns,
        channels=house.channels,
        signal=house.engine.signal,
        audit=house.audit,
        weigh=rules.weigh,
    )


def _files(house: House) -> FilesChannel:
    settings = house.settings
    return FilesChannel(
        house.home.path, settings.files, settings.workers, zone=settings.server.zone
    )


def _commands(house: House, agent: Callable[[str], Agent | None]) -> Commands:
    commands = Commands(
        turns=house.turns,
        channels=house.channels,
        engine=house.engine,
        inbox=house.inbox,
        agent=agent,
        announce=lambda turn_id: house.notices.say(CANCEL_TOPIC, turn_id),
        submit=house.submit,
        max_bytes=house.settings.files.max_prompt_bytes,
        audit=house.audit,
    )

    def heard(turn_id: str) -> None:
        if turn_id:
            spawn(commands.interrupt(turn_id), name="app.interrupt")

    house.notices.on(CANCEL_TOPIC, heard)
    return commands
