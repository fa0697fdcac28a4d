"""Which run of a board begins or goes on next: in the order in which they were asked for, as many at once as the board
allows, none before the cards that it depends on are done.

A place is for an agent at work: a run holds one from when it begins until it ends, also between two stages and while a
stage waits for a tool call's approval, a quota or a budget, since all of these go on by themselves at any moment. A plan
that waits for its reader gives its place away and stands in line again once it was decided about.
"""

from collections.abc import Sequence

from sempre import clock
from sempre.board._store import boards, cards, runs
from sempre.board.board import Board
from sempre.board.changes import Change, Changes
from sempre.board.run import Run
from sempre.board.words import RunState, Wait
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.events import Log


class Queue:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def start_next(self, board_id: str) -> Sequence[Run]:
        """Begin what may begin now, let go on what may go on, and say of the others what they wait for. Gives those
        that began or go on, for the caller to hand to the engine. Raises NotFoundError."""
        async with self._db.reading() as session:
            if not await runs.in_line(session, self._keyring, board_id):
                return []
        async with self._changes.of_board(board_id) as (change, board):
            return await self._begin(change, board)

    async def in_line(self, board_id: str) -> Sequence[Run]:
        """Those that wait to begin, or for a place to go on, in order."""
        async with self._db.reading() as session:
            return await runs.in_line(session, self._keyring, board_id)

    async def waiting_for_stage(self, board_id: str) -> Sequence[str]:
        """Ids of the runs that wait for room in a stage, first come first: worth waking when one has left it."""
        async with self._db.reading() as session:
            return [each for each, _ in await runs.waiting_for_stage(session, board_id)]

    async def boards(self) -> Sequence[str]:
        """Ids of all boards, for a pass over their queues."""
        async with self._db.reading() as session:
            return await boards.ids(session)

    async def _begin(self, change: Change, board: Board) -> Sequence[Run]:
        undone = await cards.undone_needs(change.session, board.id)
        placed = await runs.count_placed(change.session, board.id)
        begun: list[Run] = []
        for run in await runs.in_line(change.session, self._keyring, board.id):
            if run.state is RunState.QUEUED and (needs := undone.get(run.card_id)):
                await self._wait(change, run, Wait.DEPENDENCIES, needs)
            elif placed + len(begun) >= board.settings.most_runs:
                await self._wait(change, run, Wait.WIP, ())
            else:
                begun.append(await self._start(change, run))
        return begun

    async def _start(self, change: Change, run: Run) -> Run:
        begins = run.started_at is None
        started = {"started_at": clock.now()} if begins else {}
        values = {"state": RunState.RUNNING, **started, **runs.waiting_values(None)}
        await runs.update(change.session, run.id, values)
        if begins:
            card = await cards.get(change.session, self._keyring, run.card_id)
            await change.note(card, "run.started", {"run_id": run.id}, by="system")
        return await runs.get(change.session, self._keyring, run.id)

    async def _wait(self, change: Change, run: Run, wait: Wait, on: Sequence[str]) -> None:
        """Told only when it is something else than before."""
        if (run.wait, run.waits_on) == (wait, tuple(on)):
            return
        values = runs.waiting_values(wait, on, run.waits_since)
        await runs.update(change.session, run.id, values)
        card = await cards.get(change.session, self._keyring, run.card_id)
        change.tell(
            card.channel,
            "run.waiting",
            {"card_id": card.id, "run_id": run.id, "wait": wait, "waits_on": list(on)},
        )
