"""The executions in this process: which there are, waiting for them to end, breaking them off."""

import asyncio
from collections.abc import Callable

from sempre import clock
from sempre.durable.registry import Run

_CLEAN_UP_SECONDS = 10.0  # what cancelled steps may take to end what they started


class Runs:
    """`queues_of` tells where a workflow came from; `freed` is told when those queues may have work again."""

    def __init__(
        self, queues_of: Callable[[str], list[str]], freed: Callable[[list[str]], None]
    ) -> None:
        self._queues_of = queues_of
        self._freed = freed
        self._runs: set[Run] = set()
        self._changed = asyncio.Event()

    def ids(self) -> frozenset[str]:
        return frozenset(run.workflow_id for run in self._runs)

    def began(self, run: Run) -> None:
        """For `registry`: an execution has begun."""
        self._runs.add(run)
        queues = self._queues_of(run.workflow_id)
        # A task ends after the outcome is written, so its key is free when this is called.
        run.task.add_done_callback(lambda _task: self._ended(run, queues))

    def paused(self) -> None:
        """For `registry`: an execution waits for a signal."""
        self._changed.set()

    async def break_off(self, workflow_id: str) -> None:
        """Cancel what runs of this workflow, and wait until it has cleaned up."""
        await cancel({run.task for run in self._runs if run.workflow_id == workflow_id})

    async def drain(self, tasks: Callable[[], set[asyncio.Task[object]]], grace: float) -> None:
        """Wait until none of these is left but those that wait for a signal, for so many seconds at most."""
        end = clock.ticks() + grace
        while (left := end - clock.ticks()) > 0:
            self._changed.clear()
            if not tasks() - {run.task for run in self._runs if run.waiting}:
                return
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _ended(self, run: Run, queues: list[str]) -> None:
        self._runs.discard(run)
        self._changed.set()
        self._freed(queues)


async def cancel(tasks: set[asyncio.Task[object]]) -> set[asyncio.Task[object]]:
    """Cancel and wait for their clean-up; gives those that have not ended by then."""
    if not tasks:
        return set()
    for task in tasks:
        task.cancel()
    _, late = await asyncio.wait(tasks, timeout=_CLEAN_UP_SECONDS)
    return late
