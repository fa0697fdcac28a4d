"""What workflows are made of: registered functions, steps, waits. The only part that workflows import.

A workflow that is run again asks the engine for the same, in the same order: no clock, no random, no settings decide
that. Its effects are steps, whose outcome is recorded; or it only waits, and does between its waits what a look at its
row says is missing, as `workflows/turn` does.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

from dbos import DBOS

from sempre.durable import internals

P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[P, Coroutine[Any, Any, R]]


@dataclass(eq=False)
class Run:
    """One execution of a workflow in this process. `token` is its right to write the workflow's history."""

    workflow_id: str
    token: str | None
    task: asyncio.Task[object]
    waiting: bool = False


class Watcher(Protocol):
    """Who wants to know what runs: `runs`, while an engine is launched."""

    def began(self, run: Run) -> None: ...
    def paused(self) -> None: ...


_names: set[str] = set()
_watcher: Watcher | None = None
current_run: ContextVar[Run | None] = ContextVar("sempre_run", default=None)


def names() -> frozenset[str]:
    """The workflows that may be submitted."""
    return frozenset(_names)


def watch(watcher: Watcher | None) -> None:
    """The launched engine, or none."""
    global _watcher
    _watcher = watcher


def watcher() -> Watcher | None:
    return _watcher


def workflow(name: str) -> Callable[[Work[P, None]], Work[P, None]]:
    """Register an async function as the workflow `name`, before the engine is launched.

    The name is stored with each piece of work: a renamed workflow orphans what is under way. The function
    itself stays callable, without durability, for tests. It takes ids and gives nothing back.
    """

    def register(work: Work[P, None]) -> Work[P, None]:
        @functools.wraps(work)
        async def run(*args: P.args, **kwargs: P.kwargs) -> None:
            _begin()
            await work(*args, **kwargs)

        # How often a turn may be tried is the application's count: dbos also counts clean restarts.
        DBOS.workflow(name=name, max_recovery_attempts=None)(run)
        _names.add(name)
        return work

    return register


def step(
    *, timeout: float, name: str | None = None
) -> Callable[[Work[P, R]], Callable[P, Awaitable[R]]]:
    """An async function whose outcome is recorded once: run again after a crash, never after it is recorded.

    Small in, small out, and idempotent. After `timeout` seconds it is cancelled and the workflow sees an
    error. It must be awaiting, not returning or raising, when the engine closes: what it returns or raises is
    its outcome for ever; a cancelled step runs again. The recorded name is the function's unless given.
    """

    def register(work: Work[P, R]) -> Callable[P, Awaitable[R]]:
        return DBOS.step(name=name, preemptible=True, timeout_seconds=timeout)(work)

    return register


async def wait(topic: str, seconds: float) -> bool:
    """In a workflow: wait until `Engine.signal` or for so long, without a thread or a slot; survives restarts.

    True when signalled, also before the wait began. Two signals wake two waits: look at the state after it.
    """
    run = current_run.get()
    if run is None:
        raise RuntimeError("durable.wait is for workflows; outside of one use asyncio.")
    run.waiting = True
    try:
        if _watcher is not None:
            _watcher.paused()
        return await DBOS.recv_async(topic, timeout_seconds=seconds) is not None
    finally:
        run.waiting = False


def _begin() -> None:
    task = asyncio.current_task()
    workflow_id = DBOS.workflow_id
    if task is None or workflow_id is None or _watcher is None:
        raise RuntimeError("A registered workflow runs through Engine.submit only.")
    run = Run(workflow_id, internals.my_token(workflow_id), task)
    current_run.set(run)
    _watcher.began(run)
