"""The board over a test's store and a real git repository; no engine runs, so runs begin and go no further by
themselves."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from sempre.api.boarding import Boarding
from sempre.audit import Trail
from sempre.board import (
    Automation,
    Boards,
    BoardSettings,
    Card,
    Cards,
    CardText,
    Comments,
    Ended,
    Images,
    Queue,
    Runs,
    Visit,
    Visits,
)
from sempre.board.words import Result
from sempre.conversations import DeadLetters
from sempre.durable import Engine, State, Submission
from sempre.workflows.card_commands import CardCommands
from sempre.workflows.card_leftovers import Leftovers
from sempre.workflows.card_places import Places
from sempre.workflows.card_scheduler import Scheduler
from sempre.workflows.card_settling import Settling
from tests.support.store import Store


@dataclass
class IdleEngine:
    """Takes everything and does nothing. What is in `lost` has no living owner."""

    submitted: list[str] = field(default_factory=list[str])
    lost: set[str] = field(default_factory=set[str])

    async def submit_many(self, submissions: Sequence[Submission]) -> None:
        self.submitted += [each.workflow_id for each in submissions]

    async def signal(self, _workflow: str, _topic: str) -> None: ...

    async def states(self, workflows: Sequence[str]) -> Mapping[str, State]:
        return {
            each: State.RUNNING
            if each in self.submitted and each not in self.lost
            else State.MISSING
            for each in workflows
        }


def boarding_of(store: Store, home: Path, audit: Trail, engine: IdleEngine) -> Boarding:
    db, keyring, log = store.db, store.keyring, store.log
    boards, cards = Boards(db, keyring, log, audit), Cards(db, keyring, log)
    runs, visits = Runs(db, keyring, log), Visits(db, keyring, log)
    images, comments = Images(db, keyring, log), Comments(db, keyring, log)
    scheduler = Scheduler(
        boards=boards,
        runs=runs,
        queue=Queue(db, keyring, log),
        engine=cast("Engine", engine),
        node="here",
    )

    places = Places(home / "worktrees", "here", runs=runs, images=images)
    settling = Settling(boards, cards, runs, places, scheduler, audit)

    async def cancel(turn_id: str, *, by: str) -> object:
        del by
        return await store.turns.cancel(turn_id)

    return Boarding(
        boards=boards,
        cards=cards,
        runs=runs,
        visits=visits,
        images=images,
        comments=comments,
        commands=CardCommands(
            boards=boards,
            cards=cards,
            runs=runs,
            visits=visits,
            comments=comments,
            automation=Automation(db, keyring, log),
            places=places,
            scheduler=scheduler,
            settling=settling,
            leftovers=Leftovers(
                boards=boards, cards=cards, runs=runs, places=places, settling=settling, days=90
            ),
            letters=DeadLetters(db, keyring, log),
            cancel=cancel,
        ),
    )


def git(folder: Path, *words: str) -> str:
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    done = subprocess.run(["git", *named, *words], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


def new_repository(folder: Path) -> Path:
    """With one commit on `main`."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "README.md").write_text("A shop.\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


@dataclass
class Bench:
    """A board `shop` with its repository, and ways to put things on it."""

    store: Store
    board: Boarding
    repository: Path

    async def card(self, title: str = "Add a cart", **text: object) -> Card:
        given = CardText(title=title, **text)  # type: ignore[arg-type]  (what a test says)
        return await self.board.cards.create("shop", given, by="owner")

    async def visit(self, run_id: str) -> Visit:
        """The run's next stage, with a turn of its own."""
        step = await self.board.visits.proceed(run_id)
        assert step.visit is not None, step
        card = await self.board.cards.get(step.run.card_id)
        name = f"{run_id}:{step.visit.position}"
        (turn_id,) = await self.store.accept("do it", channel=card.channel, prefix=name)
        visit = await self.board.visits.begin(step.visit.id, turn_id=turn_id)
        await self.store.log.flushed()
        return visit

    async def end(self, visit: Visit, result: Result = Result.PASSED, **more: object) -> None:
        ended = Ended(result=result, **more)  # type: ignore[arg-type]  (what a test says)
        await self.board.visits.end(visit.id, ended)
        await self.board.visits.proceed(visit.run_id)


async def new_bench(store: Store, board: Boarding, home: Path, **settings: object) -> Bench:
    repository = new_repository(home / "shop")
    wanted = BoardSettings(name="Shop", repository=str(repository), **settings)  # type: ignore[arg-type]  (what a test says)
    await board.boards.create("shop", "SHOP", wanted, node="here", by="owner")
    return Bench(store, board, repository)
