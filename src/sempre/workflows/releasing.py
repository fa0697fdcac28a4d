"""What lets turns go on that wait for a budget: a person releases one, budgets change, others end."""

from collections.abc import Awaitable, Callable, Collection

from sempre.budgets import Amount, Purse
from sempre.contract.agents import Ending
from sempre.contract.messages import TurnState
from sempre.conversations import Turn, Turns
from sempre.errors import ConflictError, NotFoundError
from sempre.workflows.turn import GO_ON

_KIND = Ending.BUDGET.value


class Releasing:
    """`signal` wakes a workflow that waits for a topic; `Engine.signal` is it."""

    def __init__(
        self, *, turns: Turns, purse: Purse, signal: Callable[[str, str], Awaitable[None]]
    ) -> None:
        self._turns = turns
        self._purse = purse
        self._signal = signal

    async def release(self, turn_id: str, extra: Amount, *, by: str) -> Turn:
        """It may spend so much more, whatever the budgets say, and goes on at once. Raises NotFoundError,
        InvalidError, ConflictError when it does not wait for a budget."""
        turn = await self._turns.get(turn_id)
        kind = turn.failure.kind if turn.failure else None
        if turn.state is not TurnState.PARKED or kind != _KIND:
            raise ConflictError(
                f"This turn is {turn.state.value} and does not wait for a budget; there is nothing to release."
            )
        await self._purse.release(turn_id, turn.channel, extra, by=by)
        await self.wake([turn_id])
        return await self._turns.get(turn_id)

    async def wake_parked(self) -> None:
        """Budgets changed: all that wait for one look again."""
        await self.wake(await self._turns.parked(_KIND))

    async def wake(self, turn_ids: Collection[str]) -> None:
        for turn_id in turn_ids:
            try:
                turn = await self._turns.get(turn_id)
                await self._turns.hurry(turn_id)
                await self._signal(turn.workflow, GO_ON)
            except NotFoundError:  # it has ended and was forgotten, or is not with the engine yet
                continue
