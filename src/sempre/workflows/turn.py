"""One message in, one answer out.

A turn is asked until it has ended, and then given out; between tries it waits without a thread or a process.
Both steps look at the turn's row first, so running one again after a crash does only what is missing.
"""

from typing import Protocol

from sempre import durable

WORKFLOW = "turn"
GO_ON = "go_on"  # the topic that wakes a waiting turn: a person resumed, cancelled, decided

# Each agent has time limits of its own; these only bound what forgot to.
_ANSWER_SECONDS = 7 * 24 * 3600.0
_PUBLISH_SECONDS = 600.0


class Work(Protocol):
    """What the steps do; `app` puts it together. Seconds to wait before the next try, or None: it is done."""

    async def answer(self, turn_id: str) -> float | None: ...
    async def publish(self, turn_id: str) -> float | None: ...


_work: Work | None = None


def equip(work: Work | None) -> None:
    """Give the steps what they work with, before the engine is launched. One process, one engine, one work."""
    global _work
    _work = work


@durable.workflow(WORKFLOW)
async def turn(turn_id: str) -> None:
    while (pause := await answer(turn_id)) is not None:
        await durable.wait(GO_ON, pause)
    while (pause := await publish(turn_id)) is not None:
        await durable.wait(GO_ON, pause)


@durable.step(timeout=_ANSWER_SECONDS)
async def answer(turn_id: str) -> float | None:
    return await _equipped().answer(turn_id)


@durable.step(timeout=_PUBLISH_SECONDS)
async def publish(turn_id: str) -> float | None:
    return await _equipped().publish(turn_id)


def _equipped() -> Work:
    if _work is None:
        raise RuntimeError("workflows.turn.equip comes before the engine is launched.")
    return _work
