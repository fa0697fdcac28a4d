"""The step of a run: each visit of a stage is begun, waited for and ended here; which one comes next is the board's
affair. It looks at the rows first, so running it again does only what is missing.

Nothing may leave here as an exception: the engine would record it as the run's outcome for ever.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from sempre import clock, crash
from sempre.board import Board, Boards, Card, Cards, Ended, Run, Runs, Visit, Visits
from sempre.board.git import GitError
from sempre.board.words import Result, Stage, VisitKind
from sempre.contract.channel import Inbox
from sempre.contract.messages import Failure, Inbound
from sempre.conversations import Channels, Turn, Turns
from sempre.errors import ConflictError, MisconfiguredError, SempreError
from sempre.workflows import card_gathering
from sempre.workflows.card_briefing import Briefing
from sempre.workflows.card_memory import Memory
from sempre.workflows.card_outcomes import Outcomes
from sempre.workflows.card_places import Ground, Places
from sempre.workflows.card_scheduler import Scheduler

_log = structlog.stdlib.get_logger(__name__)
_AFTER_A_FAULT = 5.0  # seconds
_LOOKS_AGAIN = 30.0  # it is woken when something happens; this is for a lost word


def external_id(run_id: str, position: int) -> str:
    """What names a visit's turn for ever on its channel."""
    return f"run:{run_id}:{position}"


def visit_of(turn_external_id: str) -> tuple[str, int] | None:
    """The run and position that such a name stands for; None for another turn."""
    kind, _, rest = turn_external_id.partition(":")
    run_id, _, position = rest.rpartition(":")
    return (run_id, int(position)) if kind == "run" and run_id and position.isdecimal() else None


class Walk:
    """`cancel` stops a turn wherever it is. `release` is told of a channel whose run has ended or waits: what was at
    work there ends."""

    def __init__(
        self,
        *,
        boards: Boards,
        cards: Cards,
        runs: Runs,
        visits: Visits,
        turns: Turns,
        channels: Channels,
        inbox: Inbox,
        places: Places,
        briefing: Briefing,
        scheduler: Scheduler,
        cancel: Callable[[str], Awaitable[object]],
        release: Callable[[str], Awaitable[None]],
    ) -> None:
        self._boards = boards
        self._cards = cards
        self._runs = runs
        self._visits = visits
        self._turns = turns
        self._inbox = inbox
        self._places = places
        self._briefing = briefing
        self._memory = Memory(runs, visits, turns, channels)
        self._outcomes = Outcomes(places, runs)
        self._scheduler = scheduler
        self._cancel = cancel
        self._release = release

    async def advance(self, run_id: str) -> float | None:
        """Seconds to wait before the next look, or None when the run has ended."""
        try:
            return await self._advance(run_id)
        except SempreError as error:
            if error.code == "run_not_found":  # its card was deleted after it had ended
                return None
            _log.warning("run.not_advanced", run=run_id, reason=error.message)
        except Exception:  # noqa: BLE001  the edge of a step: whatever went wrong, the run is looked at again
            _log.exception("run.fault", run=run_id, again_in=_AFTER_A_FAULT)
        return _AFTER_A_FAULT

    async def _advance(self, run_id: str) -> float | None:
        while True:
            step = await self._visits.proceed(run_id)
            crash.point("run.proceeded")
            if step.visit is None:
                await self._release((await self._cards.get(step.run.card_id)).channel)
                await self._scheduler.freed(step.run.board)
                return _LOOKS_AGAIN if step.run.is_active else None
            pause = await self._visit(step.run, step.visit)
            if pause is not None:
                return pause
            await self._scheduler.freed(step.run.board)

    async def _visit(self, run: Run, visit: Visit) -> float | None:
        """Seconds to wait, or None: the visit has ended."""
        board, card = await self._boards.get(run.board), await self._cards.get(run.card_id)
        try:
            ground = await self._ground(board, card, run, visit)
            if visit.turn_id is None:
                if run.cancel_requested:
                    await self._visits.end(visit.id, Ended(result=Result.CANCELLED))
                    return None
                visit = await self._begin(board, card, ground, visit)
            turn = await self._turns.get(visit.turn_id or "")
            if not turn.state.ended:
                return await self._wait(run, turn)
            return await self._end(card, ground, visit, turn)
        except (MisconfiguredError, ConflictError, GitError) as error:
            failure = Failure(kind=error.code, message=error.message)
            await self._visits.end(visit.id, Ended(result=Result.ERROR, failure=failure))
            return None

    async def _ground(self, board: Board, card: Card, run: Run, visit: Visit) -> Ground:
        ground = await self._places.open(board, card, run)
        crash.point("run.placed")
        if visit.position == 1 and visit.turn_id is None:
            await self._lay_spec(board, card, ground)
        return ground

    async def _lay_spec(self, board: Board, card: Card, ground: Ground) -> None:
        """A person's words for it; else, where the work begins anew after the plan, what an earlier run planned."""
        run, path = ground.run, self._briefing.spec_of(card)
        text = run.input.spec
        if text is None and run.rules.first is Stage.IMPLEMENT and run.continues is None:
            text = await self._places.planned(board, card, ground)
        if text is not None:
            await self._places.write_spec(ground, path, text)
            await self._runs.set_spec(run.id, path)

    async def _begin(self, board: Board, card: Card, ground: Ground, visit: Visit) -> Visit:
        """What stands there now is what the visit begins from, also when it is begun again after a crash."""
        channel, run = card.channel, ground.run
        past = (await self._visits.of_run(run.id))[: visit.position - 1]
        await card_gathering.before(card, ground, visit)
        visit = await self._visits.begin(
            visit.id, worktree=str(ground.tree.path), base=await self._places.newest(ground)
        )
        await self._inbox.open(channel)
        visit = await self._memory.choose(channel, run, visit, past)
        text = await self._briefing.write(board, card, ground, visit, past)
        crash.point("run.briefed")
        told = Inbound(
            channel=channel,
            external_id=external_id(run.id, visit.position),
            text=text,
            received_at=clock.now(),
            origin={"run": run.id, "stage": visit.stage, "position": str(visit.position)},
        )
        (accepted,) = await self._inbox.accept([told])
        crash.point("run.turn_accepted")
        return await self._visits.begin(visit.id, turn_id=accepted.turn_id)

    async def _wait(self, run: Run, turn: Turn) -> float:
        if run.cancel_requested and not turn.cancel_requested:
            with suppress(ConflictError):  # it has ended meanwhile
                await self._cancel(turn.id)
                return 0.0
        return _LOOKS_AGAIN

    async def _end(self, card: Card, ground: Ground, visit: Visit, turn: Turn) -> None:
        await self._memory.follow(ground.run, visit, turn)
        ended = await self._outcomes.of(card, ground, visit, turn)
        crash.point("run.committed")
        if ended.result is Result.PASSED and visit.stage is Stage.REVIEW and ended.verdict:
            await self._runs.set_result(ground.run.id, ended.verdict.summary or "Approved.")
        elif ended.result is Result.PASSED and turn.answer and visit.kind is not VisitKind.FIX:
            await self._runs.set_result(ground.run.id, turn.answer)
        await self._visits.end(visit.id, ended)
        crash.point("run.stage_ended")
