"""Background tasks that are never lost: kept alive, named, their failure logged."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog

P = ParamSpec("P")
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


def unbroken(
    work: Callable[P, Coroutine[object, object, T]],
) -> Callable[P, Coroutine[object, object, T]]:
    """Of what is done in parts that belong together: who is cancelled meanwhile waits for its end, then goes."""

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await to_the_end(asyncio.get_running_loop().create_task(work(*args, **kwargs)))

    return run


async def to_the_end(work: asyncio.Future[T]) -> T:
    """What comes of it. Who is cancelled meanwhile waits for its end, then goes."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({work})
        raise


async def stop(*tasks: asyncio.Task[object]) -> None:
    """Cancel and wait until each has ended, whatever it ends with."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _finished(task: asyncio.Task[object]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("task.failed", task=task.get_name(), exc_info=error)
