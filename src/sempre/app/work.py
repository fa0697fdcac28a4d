"""Who takes in, who answers, who judges, who gives out: the channels and agents of one home, wired to its house."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sempre import crypto
from sempre.access import Connection, Kind
from sempre.agents.claude import HELD_SECONDS, Access, ClaudeAgent, Limits, Passes, Profile, project
from sempre.api.boarding import Boarding
from sempre.api.loopback import Loopback, Provider
from sempre.app.board import (
    BoardRoom,
    Grounds,
    board_room,
    card_agent,
    card_profile,
    equip,
)
from sempre.app.budgets import wake_turns
from sempre.app.control import control_of, heed_suspension
from sempre.app.house import FILES, House
from sempre.app.plan import Role
from sempre.app.rights import rights_of
from sempre.channels.files.channel import FilesChannel
from sempre.contract.actions import OnAsk
from sempre.contract.agents import Agent
from sempre.contract.channel import Channel
from sempre.conversations import Submission
from sempre.durable import State
from sempre.policy import Rights
from sempre.settings import Settings, WorkerSettings
from sempre.tasks import spawn, stop
from sempre.workflows import turn as turn_workflow
from sempre.workflows.answering import Answering
from sempre.workflows.asking import Asking, Patience
from sempre.workflows.budgeting import Budgeting
from sempre.workflows.card_scheduler import Scheduler
from sempre.workflows.card_standing import KIND as CARDS
from sempre.workflows.commands import CANCEL_TOPIC, Commands
from sempre.workflows.control import Control
from sempre.workflows.deciding import UNDER_WAY, Deciding
from sempre.workflows.publishing import Publishing
from sempre.workflows.releasing import Releasing
from sempre.workflows.tool_gate import Rules, ToolGate
from sempre.workflows.waiting import Waiting

_LOGIN_FOLDER = ".claude"


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


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the work must know of the outside. `protected` is refused to every worker beside its home's own things;
    `port` is where the pages are."""

    connection: Connection
    rehearses: bool
    protected: Sequence[Path]
    port: int


@asynccontextmanager
async def open_work(house: House, around: Around, roles: frozenset[Role]) -> AsyncIterator[Work]:
    """Opened: what was left is taken up, then new work is taken in. The engine is closed by whoever stops."""
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(_provider(around))
        keyring = await asyncio.to_thread(crypto.load, house.home.key, data_exists=True)
        room = board_room(house, keyring)
        claude, rules = await stack.enter_async_context(_claude(house, around, provider, room))
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


class Steps:
    """The two halves of a turn, with all that they need. The engine takes up what was left before the channels are
    open, so the steps wait until `ready` is set."""

    def __init__(
        self,
        house: House,
        agent: Callable[[str], Agent | None],
        channel: Callable[[str], Channel | None],
        memory: Callable[[str], FilesChannel | None],
    ) -> None:
        answering = Answering(
            turns=house.turns,
            attempts=house.attempts,
            channels=house.channels,
            waiting=Waiting(house.approvals, house.attempts),
            log=house.log,
            agent=agent,
            memory=memory,
            suspension=house.suspension,
            budgeting=Budgeting(house.money.purse, house.attempts),
            stopping=house.engine.stopping,
        )
        publishing = Publishing(
            turns=house.turns,
            channel=channel,
            spent=house.ledger.turn_usage,
            mine=house.engine.still_mine,
            audit=house.audit,
        )
        self.ready = asyncio.Event()
        self._answering = answering
        self._publishing = publishing

    async def answer(self, turn_id: str) -> float | None:
        await self.ready.wait()
        return await self._answering.answer(turn_id)

    async def publish(self, turn_id: str) -> float | None:
        await self.ready.wait()
        return await self._publishing.publish(turn_id)


def _scripted() -> Agent:
    from sempre.rehearsal import ScriptedAgent  # what is scripted is loaded where it is played

    return ScriptedAgent()


@asynccontextmanager
async def _provider(around: Around) -> AsyncIterator[Provider | None]:
    """Where model calls go; None: the user's own login, which has no gateway."""
    connection = around.connection
    if around.rehearses:
        from sempre.rehearsal import MessagesApi  # as above

        async with MessagesApi(label=True) as api:
            yield Provider(base_url=api.url, key="rehearsal")
    elif connection.kind is Kind.LOGIN:
        yield None
    elif connection.base_url:
        yield Provider(
            base_url=connection.base_url, key=connection.api_key, token=connection.auth_token
        )
    else:
        yield Provider(key=connection.api_key, token=connection.auth_token)


@asynccontextmanager
async def _claude(
    house: House, around: Around, provider: Provider | None, room: BoardRoom
) -> AsyncIterator[tuple[ClaudeAgent, Rules]]:
    """Claude Code, and the rules that its calls are judged by."""

    def rights(channel: str) -> Rights:
        ports = [around.port, loopback.port]
        return rights_of(
            house.home,
            channel,
            permissions=house.permissions,
            configuration=configuration,
            protected=around.protected,
            ports=ports,
            ground=grounds.of(channel),
        )

    async def profile(channel: str) -> Profile:
        if channel.startswith(CARDS):
            return await card_profile(house, room, channel)
        return await _profile(house, channel)

    configuration = around.connection.config_directory or house.home.claude_configuration
    passes = Passes()
    grounds = Grounds(room)
    rules = Rules(rights, grounds.look)
    gate = ToolGate(rules, house.approvals, _asking(house, rules), house.audit, house.tell)
    loopback = Loopback(passes, gate, house.ledger, provider, house.tell)
    await loopback.open()
    claude = ClaudeAgent(
        profile=profile,
        access=Access(
            hook_url=loopback.hook_url,
            model_url=loopback.model_url,
            config_directory=configuration,
            users_directory=None if around.rehearses else Path.home() / _LOGIN_FOLDER,
        ),
        passes=passes,
        state=house.home.state / "children",
        limits=_limits(house.settings),
        meter=house.ledger,
        tell=house.tell,
    )
    try:
        await house.money.sweep()
        await claude.open()
        yield claude, rules
    finally:
        await claude.close()
        await loopback.close()


def _asking(house: House, rules: Rules) -> Asking:
    async def on_ask(channel: str) -> OnAsk:
        return house.permissions.on_ask(channel)

    return Asking(
        approvals=house.approvals,
        audit=house.audit,
        on_ask=on_ask,
        weigh=rules.weigh,
        tell=house.tell,
        patience=Patience(short=house.settings.approvals.wait_seconds, hook=HELD_SECONDS),
        stopping=house.engine.stopping,
    )


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


async def take_up(house: House) -> int:
    """Give the engine what has no workflow, in order: what a crash left between commit and submit, and what the
    engine ended without us (its database did not take a write). Gives how many."""
    mine = {row.id for row in await house.channels.every() if row.node in (None, house.node)}
    left = [each for each in await house.turns.unfinished() if each.channel in mine]
    states = await house.engine.states([each.workflow for each in left])
    missing: list[Submission] = []
    asleep: list[Submission] = []
    for each in left:
        match states[each.workflow]:
            case State.MISSING:
                missing.append(each)
            case State.ENDED | State.ERROR | State.CANCELLED:
                if (await house.turns.get(each.turn_id)).published_at is None:
                    missing.append(await house.turns.renew(each.turn_id))
            case State.RUNNING:
                asleep.append(each)
            case State.QUEUED:
                pass
    await _wake_ended(house, asleep)
    await house.submit(missing)
    return len(missing)


async def _wake_ended(house: House, running: Sequence[Submission]) -> None:
    """Who cancelled a turn wakes it; when a crash came between, it would sleep on, and hold its channel up."""
    turns = await house.turns.of_ids([each.turn_id for each in running])
    for each in running:
        turn = turns.get(each.turn_id)
        if turn is not None and turn.state.ended:
            await house.engine.signal(each.workflow, turn_workflow.GO_ON)


def _worker(settings: Settings, channel: str) -> tuple[str, WorkerSettings]:
    name = channel.partition(":")[2]
    return name, settings.worker(name)


async def _profile(house: House, channel: str) -> Profile:
    """What sempre.toml says of it, and what a person said over that since."""
    home, settings = house.home, house.live.now
    _, worker = _worker(settings, channel)
    told = (await house.directives.get(channel)).value
    directory = house.permissions.directory(channel)
    house.permissions.require_directory(channel)
    if not worker.directory:
        directory.mkdir(parents=True, exist_ok=True)
    return Profile(
        directory=directory,
        trusted=await _trusted(house, directory),
        sandbox=house.permissions.sandbox(channel),
        hidden=(str(home.state), str(home.path / ".queue"), str(home.path / ".output")),
        model=told.model if told.model is not None else worker.model,
        effort=told.effort if told.effort is not None else worker.effort,
        instructions=told.instructions if told.instructions is not None else worker.instructions,
        tools=told.narrowed(house.permissions.tools(channel)),
        silence_seconds=told.silence_seconds
        or worker.silence_seconds
        or settings.turns.silence_seconds,
        turn_seconds=told.turn_seconds or worker.turn_seconds or settings.turns.seconds,
    )


async def _trusted(house: House, directory: Path) -> str:
    """What a person trusts the folder to bring, when it is still just that. Blocks a thread only for a trusted one."""
    if not await house.trusts.look():
        return ""
    trust = house.trusts.of(await asyncio.to_thread(directory.resolve))
    if trust is None or sys.platform == "win32":  # there the gate's second hook cannot look
        return ""
    found = await asyncio.to_thread(project.read, directory)
    return trust.contents if found.contents == trust.contents else ""


def _limits(settings: Settings) -> Limits:
    sessions = settings.sessions
    return Limits(
        alive=sessions.alive,
        starting=sessions.starting,
        idle_seconds=sessions.idle_seconds,
        recycle_turns=sessions.recycle_turns,
        recycle_mb=sessions.recycle_mb,
        provider_retries=settings.turns.provider_retries,
    )
