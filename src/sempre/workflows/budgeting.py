"""A turn and its budget: reserved before an attempt, settled after it, parked when there is none left."""

from dataclasses import replace

from sempre.budgets import Purse, Refusal
from sempre.contract.agents import Ending, Outcome
from sempre.conversations import Attempts, Turn
from sempre.workflows.holds import seconds_until

_KIND = Ending.BUDGET.value
_LOOKS_AGAIN = 30.0  # seconds; it is woken as soon as something comes free, this is for a lost word


class Budgeting:
    """Whoever was not held back settles."""

    def __init__(self, purse: Purse, attempts: Attempts) -> None:
        self._purse = purse
        self._attempts = attempts

    async def hold(self, turn: Turn) -> float | None:
        """Seconds to wait, parked, or None: what the turn may spend is reserved."""
        if turn.cancel_requested:
            return None
        refusal = await self._purse.reserve(turn.id, turn.channel)
        return None if refusal is None else await self._park(turn, refusal)

    async def settle(self, turn: Turn) -> None:
        await self._purse.settle(turn.id)

    def dated(self, turn: Turn, outcome: Outcome) -> Outcome:
        """An attempt that was broken off at its budget, with the moment when there will be another."""
        if outcome.ending is not Ending.BUDGET or outcome.until is not None:
            return outcome
        refusal = self._purse.refusal(turn.id)
        return replace(outcome, until=refusal.until if refusal else self._purse.next_day.began)

    async def _park(self, turn: Turn, refusal: Refusal) -> float:
        until = None if refusal.held else refusal.until
        await self._attempts.park(turn.id, _KIND, refusal.message, until)
        return _LOOKS_AGAIN if until is None else seconds_until(until)
