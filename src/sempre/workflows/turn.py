"""One message in, one answer out.

A turn is asked until it has ended, and then given out; between tries it waits without a thread or a process. What has
been done stands in the turn's row, which is looked at first, so the engine records no steps, only the waits: running it
again after a crash does what is missing. Waits that were over before the crash are over at once, and it looks again.
"""

import asyncio
from typing import Protocol

from sempre import durable

WORKFLOW = "turn.2"
GO_ON = "go_on"  # the topic that wakes a waiting turn: a person resumed, cancelled, decided

# Each agent has time limits of its own; these only bound what forgot to.
_ANSWER_SECONDS = 7 * 24 * 3600.0
_PUBLISH_SECONDS = 600.0
_AFTER_A_TIMEOUT = 5.0


class Work(Protocol):
    """What a turn does; `app` puts it together. Seconds to wait before the next try, or None: it is done."""

    async def answer(self, turn_id: str) -> float | None: ...
    async def publish(self, turn_id: str) -> float | None: ...


_work: Work | None = None


def equip(work: Work | None) -> None:
    """Give turns what they work with, before the engine is launched. One process, one engine, one work."""
    global _work
    _work = work


@durable.workflow(WORKFLOW)
async def turn(turn_id: str) -> None:
    while (pause := await advance(turn_id)) is not None:
        await durable.wait(GO_ON, pause)


@durable.workflow("turn")
async def recorded_turn(turn_id: str) -> None:
    """As turns ran that recorded a step for each look: those that were under way then go on with what they recorded."""
    while (pause := await recorded_advance(turn_id)) is not None:
        await durable.wait(GO_ON, pause)


@durable.step(timeout=_ANSWER_SECONDS, name="advance")
async def recorded_advance(turn_id: str) -> float | None:
    return await advance(turn_id)


async def advance(turn_id: str) -> float | None:
    """Answer it, then give it out, as far as that is missing. Seconds to wait before the next try, or None."""
    work = _equipped()
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            pause = await work.answer(turn_id)
        if pause is not None:
            return pause
        async with asyncio.timeout(_PUBLISH_SECONDS):
            return await work.publish(turn_id)
    except TimeoutError:
        return _AFTER_A_TIMEOUT


def _equipped() -> Work:
    if _work is None:
        raise RuntimeError("workflows.turn.equip comes before the engine is launched.")
    return _work
