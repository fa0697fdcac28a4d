"""What a crash left unfinished, given back to the engine."""

from collections.abc import Sequence

from sempre.app.house import House
from sempre.conversations import Submission
from sempre.durable import State
from sempre.workflows import turn as turn_workflow


async def take_up(house: House) -> int:
    """Give the engine what has no workflow, in order: what a crash left between commit and submit, and what the
    engine ended without us (its database did not take a write). Gives how many."""
    mine = {row.id for row in await house.channels.every() if row.node in (None, house.node)}
    left = [each for each in await house.turns.unfinished() if each.channel in mine]
    states = await house.engine.states([each.workflow for each in left])
    missing: list[Submission] = []
    asleep: list[Submission] = []
    for each in left:
        match states[each.workflow]:
            case State.MISSING:
                missing.append(each)
            case State.ENDED | State.ERROR | State.CANCELLED:
                if (await house.turns.get(each.turn_id)).published_at is None:
                    missing.append(await house.turns.renew(each.turn_id))
            case State.RUNNING:
                asleep.append(each)
            case State.QUEUED:
                pass
    await _wake_ended(house, asleep)
    await house.submit(missing)
    return len(missing)


async def _wake_ended(house: House, running: Sequence[Submission]) -> None:
    """Who cancelled a turn wakes it; when a crash came between, it would sleep on, and hold its channel up."""
    turns = await house.turns.of_ids([each.turn_id for each in running])
    for each in running:
        turn = turns.get(each.turn_id)
        if turn is not None and turn.state.ended:
            await house.engine.signal(each.workflow, turn_workflow.GO_ON)
