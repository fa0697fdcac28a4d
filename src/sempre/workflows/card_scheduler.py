"""Which runs go on: begins what may begin, wakes what waits, and takes up what lost its owner."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import structlog

from sempre.board import Boards, Queue, Run, Runs
from sempre.durable import Engine, State, Submission
from sempre.errors import ConflictError, NotFoundError, SempreError
from sempre.workflows import card as card_workflow

_log = structlog.stdlib.get_logger(__name__)
_LIVING = frozenset({State.RUNNING, State.QUEUED})


class Scheduler:
    """`node` is this machine; of boards of others it begins nothing."""

    def __init__(
        self, *, boards: Boards, runs: Runs, queue: Queue, engine: Engine, node: str
    ) -> None:
        self._boards = boards
        self._runs = runs
        self._queue = queue
        self._engine = engine
        self._node = node

    async def freed(self, board: str) -> None:
        """A run ended or left a stage, or a person changed what decides: others look. Raises nothing."""
        try:
            if begun := await self._queue.start_next(board):
                await self._hand_over(begun)
            for run_id in await self._queue.waiting_for_stage(board):
                await self.wake(await self._runs.get(run_id))
        except SempreError as error:  # the next pass does it
            _log.warning("board.not_scheduled", board=board, reason=error.message)

    async def wake(self, run: Run) -> None:
        """The row is the truth: a wake that gets lost is made good by the run's own looks."""
        try:
            await self._engine.signal(run.workflow, card_workflow.GO_ON)
        except NotFoundError:
            _log.info("board.no_workflow", run=run.id)

    async def reconcile(self) -> int:
        """The safety net, at start and now and then: what began has an owner, what may begin does. Gives how many had
        none."""
        lost = await self.ownerless()
        for run in lost:
            with suppress(
                ConflictError, NotFoundError
            ):  # it ended while we looked, or its card went
                await self.take_up(run)
        for board in await self._queue.boards():
            await self.freed(board)
        return len(lost)

    async def running(self) -> frozenset[str]:
        """Ids of the active runs that have a living owner."""
        runs = await self._runs.under_way()
        states = await self._engine.states([each.workflow for each in runs])
        return frozenset(each.id for each in runs if states[each.workflow] in _LIVING)

    async def ownerless(self) -> list[Run]:
        """Of this machine's boards."""
        mine = {each.id for each in await self._boards.every() if each.node in (None, self._node)}
        runs = [each for each in await self._runs.under_way() if each.board in mine]
        states = await self._engine.states([each.workflow for each in runs])
        return [each for each in runs if states[each.workflow] not in _LIVING]

    async def take_up(self, run: Run) -> Run:
        """Give it an owner. Raises ConflictError when it has one, or has ended."""
        state = (await self._engine.states([run.workflow]))[run.workflow]
        if state in _LIVING:
            raise ConflictError(
                "This run has a living owner; it goes on by itself. Cancel it if it should not.",
                code="not_stuck",
            )
        if state is not State.MISSING:
            run = await self._runs.renew(run.id, seen=run.workflow)
        await self._submit([run])
        return run

    async def _hand_over(self, begun: Sequence[Run]) -> None:
        """What goes on after a person's decision has its workflow already, which waits to be woken."""
        states = await self._engine.states([each.workflow for each in begun])
        await self._submit(each for each in begun if states[each.workflow] is State.MISSING)
        for each in begun:
            if states[each.workflow] is not State.MISSING:
                await self.wake(each)

    async def _submit(self, runs: Iterable[Run]) -> None:
        """Each to the machine that has its repository."""
        nodes = {each.id: each.node or self._node for each in await self._boards.every()}
        await self._engine.submit_many(
            [
                Submission(
                    name=card_workflow.WORKFLOW,
                    workflow_id=each.workflow,
                    queue_key=each.workflow,
                    args=(each.id,),
                    queue=f"turns@{nodes.get(each.board, self._node)}",
                )
                for each in runs
            ]
        )
