"""A run, stage by stage: what comes next is decided here from its rows, by `stages.follows`, and written down before
it is done. Asked again after a crash, it says the same."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sempre import clock
from sempre.board import endings
from sempre.board._store import boards, cards, runs, visits
from sempre.board.changes import Change, Changes
from sempre.board.run import Ended, Run, Step, Visit, new_visit, visited
from sempre.board.stages import (
    Approval,
    Cancel,
    Complete,
    Fail,
    Go,
    UnderWay,
    follows,
)
from sempre.board.words import Decision, RunKind, RunState, Stage, Wait
from sempre.contract.messages import Failure
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError, InvalidError
from sempre.events import Log


class Visits:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log
        self._changes = Changes(db, keyring, log)

    async def get(self, visit_id: str) -> Visit:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await visits.get(session, self._keyring, visit_id)

    async def of_run(self, run_id: str) -> Sequence[Visit]:
        """In their order."""
        async with self._db.reading() as session:
            return await visits.of_run(session, self._keyring, run_id)

    async def of_runs(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[Visit]]:
        """Those of each run, in one query."""
        async with self._db.reading() as session:
            return await visits.of_runs(session, self._keyring, run_ids)

    async def turns_of(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The turns of each run."""
        async with self._db.reading() as session:
            return await visits.turns_of(session, run_ids)

    async def of_turn(self, turn_id: str) -> Visit | None:
        """The one that this turn is."""
        async with self._db.reading() as session:
            return await visits.of_turn(session, self._keyring, turn_id)

    async def proceed(self, run_id: str) -> Step:
        """Take the run one step on and say where it stands: the next visit is written down, or what it waits for, or
        its end. While a visit is under way nothing changes. Raises NotFoundError."""
        while True:
            seen, offset = await self._next_offset(run_id)
            async with self._changes.of_run(run_id) as change:
                run = await runs.get(change.session, self._keyring, run_id)
                past = await visits.of_run(change.session, self._keyring, run_id)
                if len(past) == seen:  # else another process went on with it meanwhile
                    return await self._step(change, run, past, offset)

    async def begin(
        self,
        visit_id: str,
        *,
        turn_id: str | None = None,
        session_id: str | None = None,
        worktree: str | None = None,
        base: str | None = None,
    ) -> Visit:
        """What its work begins from. What was written once stays. Raises NotFoundError."""
        values = {
            "turn_id": turn_id,
            "session_id": session_id,
            "worktree": worktree,
            "base": base,
        }
        async with self._change(visit_id) as change:
            before = await visits.get(change.session, self._keyring, visit_id)
            await visits.begin(change.session, visit_id, values)
            visit = await visits.get(change.session, self._keyring, visit_id)
            if before.turn_id is None and visit.turn_id is not None:
                await self._tell(change, visit, "run.turn", {"turn_id": visit.turn_id})
        return visit

    async def end(self, visit_id: str, ended: Ended) -> Visit:
        """How it ended, once: told again, what was said first stays. Raises NotFoundError."""
        async with self._change(visit_id) as change:
            before = await visits.get(change.session, self._keyring, visit_id)
            if before.result is not None:
                return before
            now = clock.now()
            values = visits.end_values(self._keyring, visit_id, ended)
            await visits.update(change.session, visit_id, {**values, "ended_at": now})
            if ended.head is not None:
                await runs.update(change.session, before.run_id, {"head": ended.head})
            visit = await visits.get(change.session, self._keyring, visit_id)
            seconds = round(max((now - before.began_at).total_seconds(), 0), 3)
            told = {"result": ended.result, "exit_code": ended.exit_code, "seconds": seconds}
            await self._tell(change, visit, "run.stage_ended", told)
        return visit

    async def decide_plan(
        self, run_id: str, decision: Decision, *, by: str, comments: str | None = None
    ) -> Run:
        """A person read the plan: the run goes on to implement, or plans again with their comments, as soon as
        `Queue.start_next` has a place for it. Raises NotFoundError, InvalidError (sent back without a word), and
        ConflictError when no plan waits."""
        if decision is Decision.SENT_BACK and not (comments or "").strip():
            raise InvalidError("Say what the plan should be instead; the agent gets your words.")
        async with self._changes.of_run(run_id) as change:
            run = await runs.get(change.session, self._keyring, run_id)
            if run.wait is not Wait.PLAN_APPROVAL:
                raise ConflictError(
                    f"No plan of this run waits for a decision; the run is {run.state} ({run.stage}).",
                    code="no_plan_waits",
                )
            last = (await visits.of_run(change.session, self._keyring, run_id))[-1]
            values = {
                "decision": decision,
                "decided_by": by,
                "decided_at": clock.now(),
                "comments": visits.sealed_comments(self._keyring, last.id, comments),
            }
            await visits.update(change.session, last.id, values)
            await runs.update(
                change.session, run.id, runs.waiting_values(Wait.WIP, since=clock.now())
            )
            told = {"run_id": run_id, "decision": decision, "comments": comments}
            card = await cards.get(change.session, self._keyring, run.card_id)
            await change.note(card, "run.plan_decided", told, by=by)
            return await runs.get(change.session, self._keyring, run_id)

    async def _next_offset(self, run_id: str) -> tuple[int, int]:
        """How many visits there are, and how many lines of the log they have: later ones don't count any more."""
        past = await self.of_run(run_id)
        if not past:
            return 0, 0
        last = past[-1]
        if last.turn_id is None:
            return len(past), last.log_offset
        await self._log.flushed()
        return len(past), last.log_offset + await self._log.last_seq(last.turn_id)

    async def _step(self, change: Change, run: Run, past: Sequence[Visit], offset: int) -> Step:
        ours = run.kind is RunKind.RUN
        in_line = run.state is RunState.QUEUED or run.wait is Wait.WIP
        if in_line or not run.is_active or not ours:
            return Step(run=run, visit=None)
        comes = follows(run.rules, visited(past))
        if run.cancel_requested and not isinstance(comes, UnderWay):
            comes = Cancel()
        match comes:
            case UnderWay():
                return Step(run=run, visit=past[-1])
            case Go():
                return await self._go(change, run, comes, past, offset)
            case Approval():
                await self._wait(change, run, Wait.PLAN_APPROVAL)
            case Complete():
                await endings.end(change, self._keyring, run, RunState.COMPLETED, by="system")
            case Cancel():
                await endings.end(change, self._keyring, run, RunState.CANCELLED, by="system")
            case Fail():
                failure = _failure(comes, past)
                await endings.end(
                    change, self._keyring, run, RunState.FAILED, failure=failure, by="system"
                )
        return Step(run=await runs.get(change.session, self._keyring, run.id), visit=None)

    async def _go(
        self, change: Change, run: Run, comes: Go, past: Sequence[Visit], offset: int
    ) -> Step:
        if not await self._has_room(change, run, comes.stage, past):
            await self._wait(change, run, Wait.STAGE_WIP, comes.stage)
            return Step(run=await runs.get(change.session, self._keyring, run.id), visit=None)
        visit = new_visit(run.id, comes, position=len(past) + 1, log_offset=offset)
        await visits.insert(change.session, visit)
        values = {"stage": comes.stage, "state": RunState.RUNNING, **runs.waiting_values(None)}
        await runs.update(change.session, run.id, values)
        card = await cards.get(change.session, self._keyring, run.card_id)
        await endings.bring(change, self._keyring, card, comes.stage.column, by="system")
        await self._tell(change, visit, "run.stage", {})
        return Step(run=await runs.get(change.session, self._keyring, run.id), visit=visit)

    async def _has_room(
        self, change: Change, run: Run, stage: Stage, past: Sequence[Visit]
    ) -> bool:
        """Whether this run may enter the stage: there is room, and none that waits for it came before."""
        board = await boards.get(change.session, self._keyring, run.board)
        most = board.settings.stage(stage).wip
        if most is None or (past and past[-1].stage is stage):
            return True
        ahead = 0
        for other, wanted in await runs.waiting_for_stage(change.session, run.board):
            if other == run.id:
                break
            ahead += wanted == stage
        return await runs.in_stage(change.session, run.board, stage, but=run.id) + ahead < most

    async def _wait(self, change: Change, run: Run, wait: Wait, *on: str) -> None:
        """Told only when it is something else than before."""
        if (run.state, run.wait, run.waits_on) == (RunState.WAITING, wait, on):
            return
        values = {"state": RunState.WAITING, **runs.waiting_values(wait, on, clock.now())}
        await runs.update(change.session, run.id, values)
        card = await cards.get(change.session, self._keyring, run.card_id)
        told = {"card_id": card.id, "run_id": run.id, "wait": wait, "waits_on": list(on)}
        change.tell(card.channel, "run.waiting", told)

    @asynccontextmanager
    async def _change(self, visit_id: str) -> AsyncIterator[Change]:
        async with self._db.reading() as session:
            run_id = await visits.run_of(session, visit_id)
        async with self._changes.of_run(run_id) as change:
            yield change

    async def _tell(
        self, change: Change, visit: Visit, kind: str, more: Mapping[str, object]
    ) -> None:
        run = await runs.get(change.session, self._keyring, visit.run_id)
        card = await cards.get(change.session, self._keyring, run.card_id)
        details = {
            "run_id": run.id,
            "position": visit.position,
            "stage": visit.stage,
            "kind": visit.kind,
            **more,
        }
        await change.note(card, kind, details, by="system")


def _failure(comes: Fail, past: Sequence[Visit]) -> Failure:
    """Why the run stops: what `stages` says, or the last visit's own failure."""
    if comes.kind != "visit":
        return Failure(kind=comes.kind, message=comes.message)
    said = past[-1].failure
    return said or Failure(
        kind="stage_failed", message=f"The stage {comes.stage} failed. Read its log, then retry it."
    )
