"""A board over a store, and what a test does with it: cards, runs, and a walk through their stages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sempre.board.automation import Automation
from sempre.board.board import Board, BoardSettings
from sempre.board.boards import Boards
from sempre.board.card import Card, CardText, Place, Wanted
from sempre.board.cards import Cards
from sempre.board.comments import Comments
from sempre.board.images import Images
from sempre.board.queue import Queue
from sempre.board.run import Ended, Request, Run, Step, Visit
from sempre.board.runs import Runs
from sempre.board.visits import Visits
from sempre.board.words import Column, Result, RunState, Stage
from sempre.contract.messages import Failure
from tests.budgets.pot import Audited
from tests.support.store import Store

PNG = b"\x89PNG\r\n\x1a\n" + b"0123456789" * 20
SETTINGS = BoardSettings(
    name="The shop", repository="/srv/shop", test=("make test",), setup=("make deps",), wip=2
)


@dataclass
class Kanban:
    store: Store

    def __post_init__(self) -> None:
        db, keyring, log = self.store.db, self.store.keyring, self.store.log
        self.audited = Audited()
        self.boards = Boards(db, keyring, log, self.audited)
        self.cards = Cards(db, keyring, log)
        self.runs = Runs(db, keyring, log)
        self.queue = Queue(db, keyring, log)
        self.visits = Visits(db, keyring, log)
        self.images = Images(db, keyring, log)
        self.comments = Comments(db, keyring, log)
        self.automation = Automation(db, keyring, log)

    async def board(self, board_id: str = "shop", prefix: str = "SHOP", **changes: object) -> Board:
        settings = replace(SETTINGS, **changes)
        return await self.boards.create(board_id, prefix, settings, node="here", by="owner")

    async def card(self, title: str = "Add a cart", *, board: str = "shop", **text: object) -> Card:
        given = CardText(title=title, **text)  # type: ignore[arg-type]  (what a test says)
        return await self.cards.create(board, given, by="ana")

    async def cards_of(self, count: int) -> list[Card]:
        return [await self.card(f"Card {at}") for at in range(count)]

    async def column(self, column: Column = Column.BACKLOG, board: str = "shop") -> list[str]:
        """The keys in it, in order."""
        found = await self.cards.find(Wanted(board=board, columns=[column]))
        return [card.key for card in found]

    async def move(self, card: Card, to: Column, by: str = "ana", **beside: str) -> Card:
        place = Place(column=to, **beside)
        return await self.cards.move(card.id, place, version=card.version, by=by)

    async def run(self, card: Card, request: Request | None = None) -> Run:
        """Asked for, and begun if it may."""
        run = await self.runs.start(card.id, request or Request(), by="ana")
        await self.queue.start_next(card.board)
        return await self.runs.get(run.id)

    async def place(self, run: Run, number: int = 1) -> Run:
        """As the workflow does once the worktree is there."""
        branch = f"card/{run.card_id}-{number}"
        return await self.runs.place_work(
            run.id, branch=branch, worktree=f"/w/{branch}", base="b0", head="b0"
        )

    async def next(self, run: Run) -> Visit:
        """The visit that comes next; there must be one."""
        step = await self.visits.proceed(run.id)
        assert step.visit is not None, step.run
        return step.visit

    async def resumed(self, run: Run) -> Visit:
        """The same once a person has decided and there is a place for it."""
        await self.queue.start_next(run.board)
        return await self.next(run)

    async def end(self, visit: Visit, result: Result = Result.PASSED, **ended: object) -> Step:
        """End this visit and go on."""
        given = Ended(result=result, **ended)  # type: ignore[arg-type]  (what a test says)
        await self.visits.end(visit.id, given)
        return await self.visits.proceed(visit.run_id)

    async def walk(self, run: Run, *results: Result) -> Step:
        """From the visit that comes next, one after the other; gives where that leads."""
        step = await self.visits.proceed(run.id)
        for result in results:
            assert step.visit is not None, step.run
            failure = Failure(kind="agent", message="It broke.")
            ended = {"failure": failure} if result is Result.ERROR else {}
            step = await self.end(step.visit, result, **ended)
        return step

    async def complete(self, run: Run) -> Run:
        """All stages, each well."""
        await self.place(run)
        left = 4 - list(Stage).index(run.rules.first)
        step = await self.walk(run, *[Result.PASSED] * (1 if run.rules.only else left))
        assert step.run.state is RunState.COMPLETED
        return step.run

    async def told(self, channel: str | None = None) -> list[str]:
        """The kinds of events about boards and cards."""
        await self.store.log.flushed()
        events = await self.store.log.after(0, limit=1000, channel=channel)
        kinds = ("board.", "card.", "run.")
        return [event.kind for event in events if event.kind.startswith(kinds)]

    async def history(self, card: Card) -> Sequence[str]:
        """Oldest first."""
        return [each.kind for each in await self.cards.history(card.id)][::-1]
