"""Everything that a turn goes through but the outside: real database, engine and workflows, a scripted agent and an
outbox instead of a channel."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta, tzinfo
from pathlib import Path

from sempre import clock, crypto
from sempre.app.budgets import open_money, wake_turns
from sempre.approvals import Approvals
from sempre.audit import Trail
from sempre.budgets import Money
from sempre.contract.agents import Ending, Outcome, Question, Session, Sink
from sempre.contract.channel import Inbox, NumberTakenError, Remembering
from sempre.contract.messages import Failure, Inbound, Outbound, Receipt, Usage
from sempre.conversations import (
    Attempts,
    Channels,
    DeadLetters,
    Limits,
    StoredInbox,
    Submission,
    Suspension,
    Turn,
    Turns,
)
from sempre.db import Database, schema
from sempre.db.notices import Notices
from sempre.durable import Engine, EngineSettings
from sempre.events import Log
from sempre.settings import BudgetSettings
from sempre.workflows import turn as turn_workflow
from sempre.workflows.answering import Answering
from sempre.workflows.budgeting import Budgeting
from sempre.workflows.commands import Commands, submit
from sempre.workflows.control import Control
from sempre.workflows.publishing import Publishing
from sempre.workflows.releasing import Releasing
from sempre.workflows.waiting import Waiting
from tests.support.patience import PATIENCE

CHANNEL = "api:test"


@dataclass
class ScriptedAgent:
    """Answers with what the script holds for the prompt, in order; then with `re: prompt`."""

    script: dict[str, list[Outcome]] = field(default_factory=dict[str, list[Outcome]])
    asked: list[Question] = field(default_factory=list[Question])
    hold: asyncio.Event | None = None
    places: asyncio.Semaphore | None = None
    name: str = "scripted"
    _stops: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    def place(self, channel: str) -> AbstractAsyncContextManager[object]:
        return self.places or nullcontext()

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        self.asked.append(question)
        stop = self._stops[question.turn_id] = asyncio.Event()
        session = Session(id=question.session.id, started=True)
        if self.hold is not None:
            waits = [asyncio.ensure_future(event.wait()) for event in (self.hold, stop)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
        if stop.is_set():
            return Outcome(ending=Ending.CANCELLED, session=session)
        if outcomes := self.script.get(question.text):
            return replace(outcomes.pop(0), session=session)
        sink.tell("turn.text", {"block": 0, "text": f"re: {question.text}"})
        return Outcome(
            ending=Ending.ANSWERED, session=session, text=f"re: {question.text}", model="scripted"
        )

    async def interrupt(self, turn_id: str) -> bool:
        if stop := self._stops.get(turn_id):
            stop.set()
        return stop is not None

    async def close(self) -> None: ...


def ends(ending: Ending, message: str = "", **more: object) -> Outcome:
    """An outcome for a script; the agent puts the session in."""
    failure = Failure(kind=ending.value, message=message or ending.value)
    nobody = Session(id="", started=False)
    return Outcome(ending=ending, session=nobody, failure=failure, **more)  # type: ignore[arg-type]  (what a test says)


@dataclass
class Outbox:
    """A channel that keeps what it is given to send; `taken` are numbers that are not ours."""

    kind: str = "api"
    sent: list[Outbound] = field(default_factory=list[Outbound])
    settled: list[str] = field(default_factory=list[str])
    taken: set[int] = field(default_factory=set[int])
    faults: list[Exception] = field(default_factory=list[Exception])

    async def open(self, inbox: Inbox) -> None: ...

    async def close(self) -> None: ...

    async def send(self, message: Outbound) -> Receipt:
        if self.faults:
            raise self.faults.pop(0)
        if message.number in self.taken:
            raise NumberTakenError
        self.sent.append(message)
        return Receipt(where=f"outbox/{message.number}")

    async def settle(self, message: Outbound) -> None:
        self.settled.append(message.turn_id)


@dataclass
class House:
    db: Database
    log: Log
    engine: Engine
    turns: Turns
    attempts: Attempts
    channels: Channels
    dead_letters: DeadLetters
    inbox: StoredInbox
    commands: Commands
    control: Control
    suspension: Suspension
    money: Money
    releasing: Releasing
    agent: ScriptedAgent
    outbox: Outbox
    audit: Trail

    async def ended(self, turn_id: str) -> Turn:
        """The turn once it is given out."""
        return await self.until(turn_id, lambda turn: turn.published_at is not None)

    async def until(self, turn_id: str, holds: Callable[[Turn], bool]) -> Turn:
        async with asyncio.timeout(PATIENCE):
            while not holds(turn := await self.turns.get(turn_id)):  # noqa: ASYNC110  (it is a row)
                await asyncio.sleep(0.01)
        return turn

    async def ask(self, text: str) -> Turn:
        return await self.ended((await self.commands.send(CHANNEL, text)).id)

    async def accept(self, *texts: str, channel: str = CHANNEL) -> list[str]:
        """Ids of the turns of these prompts, whose external ids are the texts."""
        messages = [
            Inbound(channel=channel, external_id=text, text=text, received_at=clock.now())
            for text in texts
        ]
        return [each.turn_id for each in await self.inbox.accept(messages)]


@asynccontextmanager
async def open_house(
    url: str,
    folder: Path,
    *,
    agent: ScriptedAgent | None = None,
    outbox: Outbox | None = None,
    limits: Limits | None = None,
    node: str = "node",
    poll: float = 60.0,
    take_up: bool = True,
    budgets: BudgetSettings | None = None,
    zone: tzinfo = UTC,
    memory: Remembering | None = None,
) -> AsyncIterator[House]:
    """With the engine's poll at a minute, whatever goes on in time was nudged."""
    schema.ensure(url)
    db, keyring = Database(url), crypto.load(folder / "key", data_exists=False)
    log = Log(db, keyring)
    log.open()
    engine_url = url if url.startswith("postgresql") else f"sqlite:///{folder / 'engine.sqlite'}"
    engine = Engine(
        EngineSettings(database_url=engine_url, node=node, poll=poll, beat=0.3, dead_after=2)
    )
    agent, outbox = agent or ScriptedAgent(), outbox or Outbox()

    async def give(submissions: Sequence[Submission]) -> None:
        await submit(engine, _anywhere, submissions)

    async def spent(_turn_id: str) -> Usage:
        return Usage(input_tokens=1, output_tokens=2, cost_micros=3)

    turns, channels = Turns(db, keyring, log), Channels(db, log)
    attempts = Attempts(db, keyring, log, limits or Limits(backoff_seconds=0.05))
    approvals = Approvals(db, keyring, log, expire=timedelta(hours=1))
    inbox = StoredInbox(db, keyring, log, give, node=None)
    suspension = Suspension(db, log)
    await suspension.refresh()

    async def wake(workflow: str) -> None:
        await engine.signal(workflow, turn_workflow.GO_ON)

    audit = Trail(db, keyring)
    notices = Notices(db)
    money = open_money(
        db, lambda: budgets or BudgetSettings(), notices, node=node, zone=zone, audit=audit, log=log
    )
    releasing = Releasing(turns=turns, purse=money.purse, signal=engine.signal)
    wake_turns(money, notices, releasing)
    notices.open()
    control = Control(
        suspension=suspension,
        channels=channels,
        turns=turns,
        audit=audit,
        wake=wake,
        make=inbox.open,
    )
    commands = Commands(
        turns=turns,
        channels=channels,
        engine=engine,
        inbox=inbox,
        agent=lambda _channel: agent,
        announce=lambda _turn: None,
        submit=give,
        max_bytes=1000,
        audit=audit,
    )
    answering = Answering(
        turns=turns,
        attempts=attempts,
        channels=channels,
        waiting=Waiting(approvals, attempts),
        log=log,
        agent=lambda _channel: agent,
        memory=lambda _channel: memory,
        suspension=suspension,
        budgeting=Budgeting(money.purse, attempts),
        stopping=engine.stopping,
    )
    publishing = Publishing(
        turns=turns,
        channel=lambda _channel: outbox,
        spent=spent,
        mine=engine.still_mine,
        audit=audit,
    )
    turn_workflow.equip(_Steps(answering, publishing))
    try:
        await engine.launch()
        await inbox.open(CHANNEL)
        await money.sweep()
        if take_up:
            await give(await turns.unfinished())
        yield House(
            db=db,
            log=log,
            engine=engine,
            turns=turns,
            attempts=attempts,
            channels=channels,
            dead_letters=DeadLetters(db, keyring, log),
            inbox=inbox,
            commands=commands,
            control=control,
            suspension=suspension,
            money=money,
            releasing=releasing,
            agent=agent,
            outbox=outbox,
            audit=audit,
        )
    finally:
        await engine.close()
        await money.close()
        await audit.flush()
        await notices.close()
        await log.close()
        await db.close()
        turn_workflow.equip(None)


async def _anywhere(channels: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(channels, "turns")


class _Steps:
    def __init__(self, answering: Answering, publishing: Publishing) -> None:
        self.answer = answering.answer
        self.publish = publishing.publish
