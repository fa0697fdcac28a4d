"""Tiny workflows that tests and their child processes run. Importing this registers them."""

import asyncio

from sempre import durable
from tests.durable.place import here

engines: list[durable.Engine] = []


@durable.step(timeout=60)
async def note(word: str, number: int) -> int:
    here().note(word, number)
    return number


@durable.step(timeout=60)
async def stand(number: int) -> int:
    """Stands at a gate in the middle of a step."""
    here().note("begin", number)
    try:
        await here().gate(number)
    except asyncio.CancelledError:
        await asyncio.sleep(0.05)  # a clean-up takes its time
        here().note("cleaned", number)
        raise
    here().note("end", number)
    return number


@durable.step(timeout=60)
async def stubborn(number: int) -> str:
    """Answers a cancellation with a result, as an agent that is interrupted does."""
    here().note("begin", number)
    try:
        await here().gate(number)
    except asyncio.CancelledError:
        return "interrupted"
    return "done"


@durable.step(timeout=60)
async def act_outside(workflow_id: str, number: int) -> bool:
    """Has an effect that nobody can undo, if the workflow is still its own."""
    here().note("begin", number)
    await here().gate(number)
    if not await engines[0].still_mine(workflow_id):
        here().note("fenced", number)
        return False
    here().note("effect", number)
    return True


@durable.workflow("test.short")
async def short(number: int) -> None:
    await note("run", number)


@durable.workflow("test.overlap")
async def overlap(key: str, number: int) -> None:
    here().note("in", key, number)
    await note("run", number)
    here().note("out", key, number)


@durable.workflow("test.stand")
async def stands(number: int) -> None:
    await note("before", number)
    await stand(number)
    await note("after", number)


@durable.workflow("test.between")
async def between(number: int) -> None:
    await note("first", number)
    here().note("between", number)
    await here().gate(number)
    await note("second", number)


@durable.workflow("test.stubborn")
async def stubborns(number: int) -> None:
    here().note("outcome", number, await stubborn(number))


@durable.workflow("test.wait")
async def waits(number: int) -> None:
    here().note("waits", number)
    here().note("woken", number, await durable.wait("go", 3600))


@durable.workflow("test.wait_in_vain")
async def waits_in_vain(number: int) -> None:
    here().note("woken", number, await durable.wait("go", 0.2))


@durable.workflow("test.meets_gate_then_waits")
async def late_waiter(number: int) -> None:
    await stand(number)
    here().note("woken", number, await durable.wait("go", 3600))


@durable.workflow("test.act")
async def acts(workflow_id: str, number: int) -> None:
    await act_outside(workflow_id, number)
    await note("over", number)


@durable.workflow("test.raises")
async def raises(number: int) -> None:
    raise ValueError(f"on purpose {number}")
