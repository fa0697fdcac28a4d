"""What an automation outside says about a card it walks by itself: legal steps only. Its execution is a run like any
other, of the kind `workflow`; nobody here does anything for it."""

from sempre.board import endings
from sempre.board._store import boards, cards, runs
from sempre.board.card import Card
from sempre.board.changes import Change, Changes
from sempre.board.requests import new_execution
from sempre.board.run import Run
from sempre.board.words import Column, RunKind, RunState, WorkflowStage
from sempre.board.workflow_states import STAGE_OF, InvalidTransitionError, require
from sempre.contract.messages import Failure
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError
from sempre.events import Log

_ENDS = {
    WorkflowStage.COMPLETED: RunState.COMPLETED,
    WorkflowStage.ERROR: RunState.FAILED,
    WorkflowStage.IDLE: RunState.CANCELLED,
}


class Automation:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def set_state(
        self, card_id: str, stage: WorkflowStage, *, error: str | None = None, by: str
    ) -> Run:
        """Opens an execution when none is active, and ends it at completed, error and idle. Raises NotFoundError,
        InvalidTransitionError, and ConflictError when a run of ours walks the card or it is archived."""
        async with self._changes.of_card(card_id) as (change, card):
            active = await self._active(change, card)
            if card.column is Column.ARCHIVED:
                raise ConflictError(
                    f"{card.key} is archived. Move it back to the backlog, then say where it stands.",
                    code="card_archived",
                )
            now = card.run.workflow_stage if card.run else WorkflowStage.IDLE
            require(now, stage)
            if active is None and stage not in STAGE_OF:
                if card.run is None:
                    raise InvalidTransitionError(
                        f"No execution of {card.key} is active. Begin one by setting a stage: planning, implementing, "
                        "testing or reviewing."
                    )
                return await runs.get(change.session, self._keyring, card.run.id)
            run = active or await self._open(change, card, stage, by)
            await self._set(change, card, run, stage, error, by)
            return await runs.get(change.session, self._keyring, run.id)

    async def _active(self, change: Change, card: Card) -> Run | None:
        if card.run is None or not card.run.is_active:
            return None
        if card.run.kind is not RunKind.WORKFLOW:
            raise ConflictError(
                f"{card.key} is being run ({card.run.stage}), so its state follows that run. Cancel the run first.",
                code="run_active",
            )
        return await runs.get(change.session, self._keyring, card.run.id)

    async def _open(self, change: Change, card: Card, stage: WorkflowStage, by: str) -> Run:
        before = await runs.of_card(change.session, self._keyring, card.id)
        run = new_execution(card, STAGE_OF[stage], before, by=by)
        place = await boards.take_place(change.session, card.board)
        await runs.insert(change.session, self._keyring, run, place_in_queue=place)
        await cards.update(change.session, card.id, {"run_id": run.id})
        await change.note(card, "run.started", {"run_id": run.id}, by=by)
        return run

    async def _set(
        self,
        change: Change,
        card: Card,
        run: Run,
        stage: WorkflowStage,
        error: str | None,
        by: str,
    ) -> None:
        if stage in STAGE_OF:
            await runs.update(change.session, run.id, {"stage": STAGE_OF[stage]})
            await endings.bring(change, self._keyring, card, STAGE_OF[stage].column, by=by)
            return
        if stage is not WorkflowStage.ERROR:
            await endings.end(change, self._keyring, run, _ENDS[stage], by=by)
            return
        message = error or "The automation said no more than that it failed. Look into its own log."
        failure = Failure(kind="workflow_error", message=message)
        await endings.end(change, self._keyring, run, _ENDS[stage], failure=failure, by=by)
