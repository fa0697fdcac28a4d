"""A card's run, from its first stage to its last.

Each visit of a stage is a turn on the card's channel, with all that a turn has. The run looks at its rows, does what is
missing, and waits to be woken: its turn has ended, a person decided, there is room. It is one step, for the reason that
`turn` is one.
"""

from typing import Protocol

from sempre import durable

WORKFLOW = "card"
GO_ON = "go_on"  # the topic that wakes a waiting run
_STEP_SECONDS = 1800.0  # git on a very large repository


class Work(Protocol):
    """What the step does; `app` puts it together. Seconds to wait before the next look, or None: the run has ended."""

    async def advance(self, run_id: str) -> float | None: ...


_work: Work | None = None


def equip(work: Work | None) -> None:
    """Give the step what it works with, before the engine is launched."""
    global _work
    _work = work


@durable.workflow(WORKFLOW)
async def card(run_id: str) -> None:
    while (pause := await advance(run_id)) is not None:
        await durable.wait(GO_ON, pause)


@durable.step(timeout=_STEP_SECONDS, name="card.advance")
async def advance(run_id: str) -> float | None:
    """Take the run on as far as it goes now."""
    if _work is None:
        raise RuntimeError("workflows.card.equip comes before the engine is launched.")
    return await _work.advance(run_id)
