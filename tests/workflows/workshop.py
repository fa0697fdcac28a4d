"""A whole board at work: real database, engine, git and workflows, wired as `app` does it; only the model is a coder of
ours, who edits real files and says what the test wants."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from sempre import crypto
from sempre.app.board import BoardRoom, board_room, card_agent, equip
from sempre.app.budgets import wake_turns
from sempre.app.house import House, open_house
from sempre.app.plan import Role
from sempre.app.steps import Steps
from sempre.app.unfinished import take_up
from sempre.board import Board, BoardSettings, Card, CardText, Request, Run
from sempre.board.words import Column
from sempre.contract.agents import Agent, Ending, Outcome, Question, Session, Sink
from sempre.contract.channel import Channel
from sempre.contract.messages import Failure
from sempre.home import Home
from sempre.settings import Settings
from sempre.workflows import turn as turn_workflow
from sempre.workflows.card_commands import CardCommands
from sempre.workflows.commands import Commands
from sempre.workflows.releasing import Releasing
from tests.board import work
from tests.support.patience import PATIENCE

HEADING = re.compile(r"Card (\S+), stage (\w+)(?: \((\w+)\))?, round (\d+)\.")
APPROVES = '```json\n{"verdict": "approve", "summary": "Fine."}\n```'
PASSES = "test -f shop.py"


@dataclass(frozen=True)
class Asked:
    """One visit as the coder sees it; `place` is where it works."""

    key: str
    stage: str
    kind: str
    round: int
    prompt: str
    place: Path
    session: Session


Act = Callable[[Asked], str | Failure]


@dataclass
class Coder:
    """Does what `acts` has for `stage` or `stage.kind`, else what is usual. `hold` stops it there until it is set."""

    acts: dict[str, Act] = field(default_factory=dict[str, Act])
    holds: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    asked: list[Asked] = field(default_factory=list[Asked])
    reached: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    name: str = "coder"
    place_of: Callable[[str], "AbstractAsyncContextManager[object]"] = lambda _channel: (
        nullcontext()
    )
    where: Callable[[str], "asyncio.Future[Path]"] | None = None
    _stops: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    def place(self, channel: str) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        found = HEADING.match(question.text)
        assert found is not None, question.text[:200]
        key, stage, kind, turn = found[1], found[2], found[3] or "work", int(found[4])
        assert self.room is not None
        at = await self.room.standing.of(question.channel)
        asked = Asked(key, stage, kind, turn, question.text, at.directory, question.session)
        self.asked.append(asked)
        session = Session(id=question.session.id, started=True)
        stop = self._stops[question.turn_id] = asyncio.Event()
        self.reached.setdefault(f"{key} {stage}", asyncio.Event()).set()
        if (hold := self.holds.get(stage)) is not None:
            waits = [asyncio.ensure_future(event.wait()) for event in (hold, stop)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
        if stop.is_set():
            return Outcome(ending=Ending.CANCELLED, session=session)
        act = self.acts.get(f"{stage}.{kind}") or self.acts.get(stage) or _USUAL[stage]
        said = act(asked)
        if isinstance(said, Failure):
            return Outcome(ending=Ending.INVALID, session=session, failure=said)
        sink.tell("turn.text", {"block": 0, "text": said})
        return Outcome(ending=Ending.ANSWERED, session=session, text=said, model="coder")

    async def interrupt(self, turn_id: str) -> bool:
        if stop := self._stops.get(turn_id):
            stop.set()
        return stop is not None

    async def close(self) -> None: ...

    room: BoardRoom | None = None

    def visits(self, key: str = "SHOP-1") -> list[str]:
        """What this card's agent was asked, in order."""
        return [
            each.stage if each.kind == "work" else f"{each.stage}.{each.kind}"
            for each in self.asked
            if each.key == key
        ]


def plans(asked: Asked) -> str:
    found = re.search(r"(?:to the file|spec in) (\S+?\.md)", asked.prompt)
    assert found is not None
    path = asked.place / found[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {asked.key}, round {asked.round}\n")
    return "Planned."


def writes(name: str, text: str) -> Act:
    def act(asked: Asked) -> str:
        work.write(asked.place, {name: text})
        return f"Wrote {name}."

    return act


def says(text: str) -> Act:
    return lambda _asked: text


def fails(message: str) -> Act:
    return lambda _asked: Failure(kind="broken", message=message)


def implements(asked: Asked) -> str:
    work.write(asked.place, {f"{asked.key.lower()}.py": f"ROUND = {asked.round}\n"})
    return "Implemented."


_USUAL: dict[str, Act] = {
    "plan": plans,
    "implement": implements,
    "test": says("Mended."),
    "review": says(APPROVES),
}


@dataclass
class Workshop:
    house: House
    room: BoardRoom
    commands: CardCommands
    turns: Commands
    coder: Coder
    repository: Path

    async def board(self, **changes: object) -> Board:
        given: dict[str, object] = {
            "name": "Shop",
            "repository": str(self.repository),
            "test": (PASSES,),
            **changes,
        }
        settings = BoardSettings(**given)  # pyright: ignore[reportArgumentType]  (what a test says)
        return await self.room.boards.create(
            "shop", "SHOP", settings, node=self.house.node, by="ana"
        )

    async def card(self, title: str = "Price", **text: object) -> Card:
        given = CardText(title=title, **text)  # pyright: ignore[reportArgumentType]  (what a test says)
        return await self.room.cards.create("shop", given, by="ana")

    async def run(self, card: Card, request: Request | None = None) -> Run:
        run_id = await self.commands.run(card.id, request or Request(), by="ana")
        return await self.room.runs.get(run_id)

    async def ended(self, run: Run | str) -> Run:
        return await self.until(run, lambda found: not found.is_active)

    async def until(self, run: Run | str, holds: Callable[[Run], bool]) -> Run:
        run_id = run if isinstance(run, str) else run.id
        async with asyncio.timeout(PATIENCE):
            while not holds(found := await self.room.runs.get(run_id)):  # noqa: ASYNC110  (it is a row)
                await asyncio.sleep(0.02)
        return found

    async def reached(self, what: str) -> None:
        """`SHOP-1 plan`: the coder is there."""
        async with asyncio.timeout(PATIENCE):
            await self.coder.reached.setdefault(what, asyncio.Event()).wait()

    async def column(self, card: Card) -> Column:
        return (await self.room.cards.get(card.id)).column

    async def walk(self, run: Run | str) -> list[str]:
        """The visits with their results: `plan passed`, `test.fix passed`."""
        run_id = run if isinstance(run, str) else run.id
        visits = await self.room.visits.of_run(run_id)
        return [
            f"{each.stage}{'' if each.kind == 'work' else f'.{each.kind}'} {each.result}"
            for each in visits
        ]


@asynccontextmanager
async def open_workshop(
    folder: Path, coder: Coder | None = None, settings: Settings | None = None
) -> AsyncIterator[Workshop]:
    """Opened again on the same folder it is what a restart finds."""
    coder = coder or Coder()
    repository = folder / "shop"
    if not repository.exists():
        await asyncio.to_thread(work.make, repository)
    home = Home(folder / "home")
    home.path.mkdir(exist_ok=True)
    async with open_house(home, settings or Settings(), frozenset(Role)) as house:
        keyring = crypto.load(home.key, data_exists=True)
        room = board_room(house, keyring)
        coder.room = room
        cards = card_agent(house, room, coder)
        await cards.open()

        def agent(_channel: str) -> Agent | None:
            return cards

        def channel_of(_channel: str) -> Channel | None:
            return room.channel

        steps = Steps(house, agent, channel_of, lambda _channel: None)
        turn_workflow.equip(steps)
        turns = Commands(
            turns=house.turns,
            channels=house.channels,
            engine=house.engine,
            inbox=house.inbox,
            agent=agent,
            announce=lambda _turn: None,
            submit=house.submit,
            max_bytes=1_000_000,
            audit=house.audit,
        )

        async def release(_channel: str) -> None:
            """Its coder has no processes."""

        commands = equip(house, room, turns, steps.ready.wait, release)
        releasing = Releasing(
            turns=house.turns, purse=house.money.purse, signal=house.engine.signal
        )
        wake_turns(house.money, house.notices, releasing)
        await house.engine.launch()
        try:
            await take_up(house)
            steps.ready.set()
            await room.scheduler.reconcile()
            yield Workshop(
                house=house,
                room=room,
                commands=commands,
                turns=turns,
                coder=coder,
                repository=repository,
            )
        finally:
            await house.engine.close()
            await cards.close()
