"""What a person does to cards and their runs."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sempre.board import (
    Automation,
    Board,
    Boards,
    BoardSettings,
    Card,
    Cards,
    Comments,
    Request,
    Run,
    RunInput,
    Runs,
    Visits,
    repository,
)
from sempre.board.words import (
    Decision,
    RunKind,
    RunState,
    SessionChoice,
    Stage,
    VisitKind,
    Wait,
    WorkflowStage,
)
from sempre.contract.finding import Finding
from sempre.conversations import DeadLetters
from sempre.errors import (
    ConflictError,
    InvalidError,
    MisconfiguredError,
    NotFoundError,
    UnavailableError,
)
from sempre.workflows import card_diff
from sempre.workflows.card_leftovers import Leftovers
from sempre.workflows.card_places import Places
from sempre.workflows.card_scheduler import Scheduler
from sempre.workflows.card_settling import Settling


class Cancel(Protocol):
    """Stops a turn wherever it is. Raises ConflictError, NotFoundError."""

    async def __call__(self, turn_id: str, *, by: str) -> object: ...


class CardCommands:
    def __init__(
        self,
        *,
        boards: Boards,
        cards: Cards,
        runs: Runs,
        visits: Visits,
        comments: Comments,
        automation: Automation,
        places: Places,
        scheduler: Scheduler,
        settling: Settling,
        leftovers: Leftovers,
        letters: DeadLetters,
        cancel: Cancel,
    ) -> None:
        self._boards = boards
        self._cards = cards
        self._runs = runs
        self._visits = visits
        self._comments = comments
        self._automation = automation
        self._places = places
        self._scheduler = scheduler
        self._settling = settling
        self._leftovers = leftovers
        self._letters = letters
        self._cancel = cancel

    async def run(self, card_id: str, request: Request, *, by: str) -> str:
        card, board = await self._of(card_id)
        if request.first is not Stage.PLAN and request.kind is VisitKind.WORK:
            await self._require_ground(board, card)
        else:
            await self._places.ready(board)
        return await self._begun(await self._runs.start(card.id, request, by=by))

    async def cancel(self, card_id: str, *, by: str) -> str:
        active = await self._active(card_id)
        run = await self._runs.cancel(active.id, by=by)
        if run.is_active:
            await self._interrupt(run, by)
            await self._scheduler.wake(run)
        else:
            await self._scheduler.freed(run.board)
        return run.id

    async def retry(self, card_id: str, *, by: str, session: SessionChoice | None = None) -> str:
        _, board = await self._of(card_id)
        await self._places.repository(board)
        return await self._begun(await self._runs.retry(card_id, by=by, session=session))

    async def approve_plan(self, card_id: str, *, by: str) -> str:
        run = await self._active(card_id)
        decided = await self._visits.decide_plan(run.id, Decision.APPROVED, by=by)
        await self._scheduler.freed(decided.board)
        return decided.id

    async def send_back(self, card_id: str, *, text: str, by: str) -> str:
        if not text.strip():
            raise InvalidError("Say what should be different; the agent gets your words.")
        run = await self._latest(card_id)
        if run.wait is Wait.PLAN_APPROVAL:
            sent = await self._visits.decide_plan(run.id, Decision.SENT_BACK, by=by, comments=text)
            await self._scheduler.freed(sent.board)
            return sent.id
        self._require_work(run)
        return await self._changes(card_id, RunInput(comments=text), by=by)

    async def send_comments(self, run_id: str, *, by: str) -> str:
        run = await self._runs.get(run_id)
        self._require_work(run)
        waiting = [each for each in await self._comments.of_run(run.id) if each.sent_in is None]
        if not waiting:
            raise InvalidError(
                "There is no comment on a line that the agent has not got yet. Write one first."
            )
        return await self._changes(run.card_id, RunInput(), by=by)

    async def merge(self, card_id: str, *, by: str) -> str:
        return await self._settling.merge(await self._latest(card_id), by=by)

    async def rebase(self, card_id: str, *, by: str) -> str:
        del by
        return await self._settling.rebase(await self._latest(card_id))

    async def discard(self, card_id: str, *, by: str) -> None:
        await self._settling.discard(await self._cards.get(card_id), by=by)
        await self._deal_with_failures(card_id)

    async def unstick(self, card_id: str, *, by: str) -> str:
        del by
        run = await self._active(card_id)
        if run.state is RunState.QUEUED or run.kind is RunKind.WORKFLOW:
            raise ConflictError(
                "This run has not begun here, so it can't be stuck.", code="not_stuck"
            )
        return (await self._scheduler.take_up(run)).id

    async def set_state(
        self, card_id: str, stage: WorkflowStage, *, error: str | None, by: str
    ) -> str:
        run = await self._automation.set_state(card_id, stage, error=error, by=by)
        await self._scheduler.freed(run.board)
        return run.id

    async def start_next(self, board: str) -> None:
        await self._scheduler.freed(board)

    async def delete_card(self, card_id: str, *, by: str) -> None:
        card, board = await self._of(card_id)
        past = await self._runs.of_card(card.id)
        await self._cards.delete(card.id, by=by)
        await self._places.forget_pictures(card.channel)
        with suppress(MisconfiguredError, UnavailableError):  # the repository is gone, or elsewhere
            await self._leftovers.forget(board, [each.id for each in past])
        await self._scheduler.freed(card.board)

    async def delete_board(self, board_id: str, *, by: str) -> None:
        board = await self._boards.get(board_id)
        past = await self._runs.of_board(board.id)
        await self._boards.delete(board.id, by=by)
        await self._places.forget_pictures(board.channel)
        with suppress(MisconfiguredError, UnavailableError):
            await self._leftovers.forget(board, past)

    async def check(self, settings: BoardSettings) -> Sequence[Finding]:
        return await repository.check(
            Path(settings.repository), settings.base, in_place=not settings.worktree
        )

    async def folder(self, board_id: str) -> Path:
        return (await self._places.repository(await self._boards.get(board_id))).path

    async def spec(self, card_id: str) -> tuple[str, str] | None:
        card, board = await self._of(card_id)
        return await self._places.spec(board, card, await self._runs.latest(card.id))

    async def diff(self, run_id: str, *, path: str | None, largest: int) -> bytes:
        run = await self._runs.get(run_id)
        board = await self._boards.get(run.board)
        return await card_diff.words(self._places, board, run, path=path, largest=largest)

    async def uncommitted(self, run_id: str) -> Sequence[str]:
        run = await self._runs.get(run_id)
        return await card_diff.uncommitted(self._places, await self._boards.get(run.board), run)

    async def running(self) -> frozenset[str]:
        return await self._scheduler.running()

    async def _of(self, card_id: str) -> tuple[Card, Board]:
        card = await self._cards.get(card_id)
        return card, await self._boards.get(card.board)

    async def _latest(self, card_id: str) -> Run:
        run = await self._runs.latest(card_id)
        if run is None:
            raise ConflictError("This card has not been run. Run it first.", code="no_run")
        return run

    async def _active(self, card_id: str) -> Run:
        run = await self._latest(card_id)
        if not run.is_active:
            raise ConflictError(
                f"No run of this card is active; the last one is {run.state}.", code="run_ended"
            )
        return run

    def _require_work(self, run: Run) -> None:
        if run.is_active or not run.has_work or run.settlement is not None:
            raise ConflictError(
                "Only a run that has ended, with work that is neither merged nor discarded, can be sent back.",
                code="nothing_to_send_back",
            )

    async def _require_ground(self, board: Board, card: Card) -> None:
        """A later stage may go on in a worktree that is there; a fresh one needs the repository in order."""
        past = await self._runs.of_card(card.id)
        if any(each.has_work and each.settlement is None for each in past):
            await self._places.repository(board)
        else:
            await self._places.ready(board)

    async def _changes(self, card_id: str, given: RunInput, *, by: str) -> str:
        _, board = await self._of(card_id)
        await self._places.repository(board)
        request = Request(
            first=Stage.IMPLEMENT,
            kind=VisitKind.CHANGES,
            input=given,
            session=SessionChoice.RESUME,
        )
        return await self._begun(await self._runs.start(card_id, request, by=by))

    async def _begun(self, run: Run) -> str:
        await self._deal_with_failures(run.card_id)
        await self._scheduler.freed(run.board)
        return run.id

    async def _deal_with_failures(self, card_id: str) -> None:
        """A stage that failed left a dead letter; now that the person goes on otherwise it waits for nobody."""
        card = await self._cards.get(card_id)
        await self._letters.purge_of(card.channel)

    async def _interrupt(self, run: Run, by: str) -> None:
        """Its turn, if it has one; a run between two stages looks for itself."""
        visits = await self._visits.of_run(run.id)
        if visits and visits[-1].result is None and visits[-1].turn_id is not None:
            with suppress(ConflictError, NotFoundError):  # it has ended meanwhile
                await self._cancel(visits[-1].turn_id, by=by)
