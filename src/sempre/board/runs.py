"""Runs as a whole: asked for, cancelled, settled, read. What happens within one is `Visits`'; when one begins is
`Queue`'s."""

from collections.abc import Mapping, Sequence

from sempre.board import endings
from sempre.board._store import boards, cards, comments, runs, visits
from sempre.board.card import Card
from sempre.board.changes import Change, Changes
from sempre.board.requests import check_request, new_run, retry_of
from sempre.board.run import LoggedRun, Request, Run
from sempre.board.words import (
    Column,
    RunKind,
    RunState,
    SessionChoice,
    Settlement,
    VisitKind,
)
from sempre.contract.messages import Failure
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError, InvalidError, NotFoundError
from sempre.events import Log


class Runs:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def get(self, run_id: str) -> Run:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await runs.get(session, self._keyring, run_id)

    async def of_card(self, card_id: str) -> Sequence[Run]:
        """Newest first."""
        async with self._db.reading() as session:
            return await runs.of_card(session, self._keyring, card_id)

    async def latest(self, card_id: str) -> Run | None:
        return next(iter(await self.of_card(card_id)), None)

    async def logged(self, card: str, run_id: str | None = None) -> LoggedRun | None:
        """That run of the card, which is named by its id or key; without one its newest, None when it never ran.
        Raises NotFoundError, also for another card's run. Programs poll it: one look, and nothing of the card."""
        async with self._db.reading() as session:
            card_id, newest = await cards.newest_run(session, card)
            if (wanted := run_id or newest) is None:
                return None
            run = await runs.get(session, self._keyring, wanted)
            if run.card_id != card_id:
                raise NotFoundError(
                    f"{card} has no run {wanted}. GET /api/cards/{card}/runs lists those it has.",
                    code="run_not_found",
                )
            return LoggedRun(run, await visits.log_parts(session, wanted))

    async def some(self, run_ids: Sequence[str]) -> Sequence[Run]:
        """Those of them that are known."""
        async with self._db.reading() as session:
            return await runs.some(session, self._keyring, run_ids)

    async def of_board(self, board_id: str) -> Sequence[str]:
        """Ids of all."""
        async with self._db.reading() as session:
            return await runs.of_board(session, board_id)

    async def on_branches(self, board_id: str, branches: Sequence[str]) -> Sequence[Run]:
        """All runs of the board that worked on these."""
        async with self._db.reading() as session:
            return await runs.on_branches(session, self._keyring, board_id, branches)

    async def under_way(self) -> Sequence[Run]:
        """Those of ours that have begun and not ended, oldest first: each must have a living owner."""
        async with self._db.reading() as session:
            return await runs.under_way(session, self._keyring)

    async def standing(self) -> Mapping[str, int]:
        """How many of ours there are by state, of those that have not ended."""
        async with self._db.reading() as session:
            return await runs.standing(session)

    async def start(self, card_id: str, request: Request, *, by: str) -> Run:
        """Put it in line; `Queue.start_next` begins it. Raises NotFoundError, InvalidError, and ConflictError: the card
        has an active run (it says which), or is archived."""
        check_request(request)
        async with self._changes.of_card(card_id) as (change, card):
            if card.run is not None and card.run.is_active:
                raise ConflictError(
                    f"{card.key} has a run already: {card.run.id} ({card.run.state}, {card.run.stage}). Cancel it, or "
                    "wait until it ends.",
                    code="run_active",
                )
            if card.column is Column.ARCHIVED:
                raise ConflictError(
                    f"{card.key} is archived. Move it back to the backlog, then run it.",
                    code="card_archived",
                )
            before = await runs.of_card(change.session, self._keyring, card.id)
            fresh = await self._enter(change, card, request, before, by)
            await change.note(card, "run.queued", _asked(fresh), by=by)
        return fresh

    async def retry(self, card_id: str, *, by: str, session: SessionChoice | None = None) -> Run:
        """Again from the stage at which the newest run failed or was cancelled, with what it was given. Raises
        NotFoundError, and ConflictError when it did neither."""
        async with self._db.reading() as reading:
            card = await cards.get(reading, self._keyring, card_id)
            before = await runs.of_card(reading, self._keyring, card_id)
        return await self.start(card_id, retry_of(card.key, before, session), by=by)

    async def cancel(self, run_id: str, *, by: str) -> Run:
        """A person says stop. Where no stage is under way it ends at once; else the wish is noted, and the caller
        interrupts the stage's turn. Raises NotFoundError, and ConflictError when it has ended."""
        async with self._changes.of_run(run_id) as change:
            run = await self._active(change, run_id)
            if run.state is RunState.RUNNING and run.kind is RunKind.RUN:
                if not run.cancel_requested:
                    asked = {"cancel_requested": True, "ended_by": by}
                    await runs.update(change.session, run_id, asked)
                    card = await cards.get(change.session, self._keyring, run.card_id)
                    await change.note(card, "run.cancelling", {"run_id": run_id}, by=by)
            else:
                await endings.end(change, self._keyring, run, RunState.CANCELLED, by=by)
            return await runs.get(change.session, self._keyring, run_id)

    async def fail(self, run_id: str, failure: Failure) -> Run:
        """It can't go on, and no visit of a stage is to blame: its worktree could not be made. Of a run that has ended
        nothing is changed."""
        async with self._changes.of_run(run_id) as change:
            run = await runs.get(change.session, self._keyring, run_id)
            if run.is_active:
                state = RunState.CANCELLED if run.cancel_requested else RunState.FAILED
                await endings.end(change, self._keyring, run, state, failure=failure, by="system")
            return await runs.get(change.session, self._keyring, run_id)

    async def place_work(
        self, run_id: str, *, branch: str, worktree: str, base: str, head: str
    ) -> Run:
        """Where its work stands: written once a worktree is there, and again when a rebase moved it."""
        values = {"branch": branch, "worktree": worktree, "base": base, "head": head}
        async with self._changes.of_run(run_id) as change:
            await runs.update(change.session, run_id, values)
            run = await runs.get(change.session, self._keyring, run_id)
            await cards.update(change.session, run.card_id, {"branch": branch})
        return run

    async def set_session(self, run_id: str, session_id: str) -> None:
        """The conversation that its plan, implement and fixes share."""
        async with self._changes.of_run(run_id) as change:
            await runs.update(change.session, run_id, {"session_id": session_id})

    async def set_spec(self, run_id: str, path: str) -> None:
        """Where the plan was written to: it stands on the card from now on."""
        async with self._changes.of_run(run_id) as change:
            run = await runs.get(change.session, self._keyring, run_id)
            card = await cards.get(change.session, self._keyring, run.card_id)
            if card.text.spec_path == path:
                return
            await cards.update(change.session, card.id, {"spec_path": path})
            told = {"run_id": run_id, "path": path}
            await change.note(card, "run.spec", told, by="system")

    async def set_result(self, run_id: str, text: str) -> None:
        """What it came to, in words."""
        async with self._changes.of_run(run_id) as change:
            values = runs.result_values(self._keyring, run_id, text)
            await runs.update(change.session, run_id, values)

    async def renew(self, run_id: str, *, seen: str) -> Run:
        """The engine has given up the workflow `seen`: it gets another, once however many find that out. Raises
        NotFoundError, ConflictError."""
        async with self._changes.of_run(run_id) as change:
            run = await self._active(change, run_id)
            if run.workflow != seen:
                return run
            done = int(run.workflow.removeprefix(f"run:{run_id}").removeprefix(":") or 0)
            await runs.update(change.session, run_id, {"workflow": f"run:{run_id}:{done + 1}"})
            return await runs.get(change.session, self._keyring, run_id)

    async def settle(
        self, run_id: str, settlement: Settlement, *, by: str, commit: str | None = None
    ) -> Run:
        """What became of its work, once: merged makes the card done, discarded puts it back into the backlog. The same
        again changes nothing. Raises NotFoundError, ConflictError."""
        async with self._changes.of_run(run_id) as change:
            run = await runs.get(change.session, self._keyring, run_id)
            if run.settlement is settlement:
                return run
            if run.is_active:
                raise ConflictError("This run has not ended. Cancel it first.", code="run_active")
            if run.settlement is not None:
                raise ConflictError(
                    f"The work of this run is {run.settlement} already.", code="run_settled"
                )
            await endings.settle(change, self._keyring, run, settlement, by=by, commit=commit)
            return await runs.get(change.session, self._keyring, run_id)

    async def _active(self, change: Change, run_id: str) -> Run:
        run = await runs.get(change.session, self._keyring, run_id)
        if not run.is_active:
            raise ConflictError(f"This run has ended already: {run.state}.", code="run_ended")
        return run

    async def _enter(
        self, change: Change, card: Card, request: Request, before: Sequence[Run], by: str
    ) -> Run:
        board = await boards.get(change.session, self._keyring, card.board)
        run = new_run(card, board.settings, request, before, by=by)
        place = await boards.take_place(change.session, card.board)
        await runs.insert(change.session, self._keyring, run, place_in_queue=place)
        await cards.update(change.session, card.id, {"run_id": run.id})
        sent = 0
        if run.continues is not None:
            values = endings.settled_values(Settlement.CONTINUED, by=by)
            await runs.update(change.session, run.continues, values)
        if before and run.rules.first_kind is VisitKind.CHANGES:
            # What the run before was to work in, and did not come to the end of, is sent once more.
            again = before[0].stopped_at_first and before[0].rules.first_kind is VisitKind.CHANGES
            sent = await comments.send(change.session, before[0].id, run.id, again=again)
        if run.rules.first_kind is VisitKind.CHANGES and not sent and not run.input.comments:
            raise InvalidError(
                "There are no comments to work in. Say what is to be changed, or comment on lines of the diff."
            )
        return run


def _asked(run: Run) -> dict[str, object]:
    return {
        "run_id": run.id,
        "number": run.number,
        "first": run.rules.first,
        "only": run.rules.only,
        "session": run.session,
    }
