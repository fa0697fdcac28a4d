"""Background tasks that are never lost: kept alive, named, their failure logged."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import TypeVar

import structlog

T = TypeVar("T")

_running: set[asyncio.Task[object]] = set()
_log = structlog.stdlib.get_logger(__name__)


def spawn(
    work: Coroutine[object, object, T], *, name: str, lasting: bool = False
) -> asyncio.Task[T]:
    """Start `work` in the running loop. A failure that nobody awaits is logged, not swallowed. `lasting`: it outlives
    what began it, so that its log lines carry nobody's request id."""
    within = contextvars.Context() if lasting else None
    task = asyncio.get_running_loop().create_task(work, name=name, context=within)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


async def stop(*tasks: asyncio.Task[object]) -> None:
    """Cancel and wait until each has ended, whatever it ends with."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _finished(task: asyncio.Task[object]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("task.failed", task=task.get_name(), exc_info=error)
