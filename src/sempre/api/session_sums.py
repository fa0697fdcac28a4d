"""What sessions have done and cost so far, over their whole lives: months of calls, so not added up for every look."""

from collections.abc import Iterable
from dataclasses import dataclass

from sempre import clock
from sempre.api.parts import Spending
from sempre.contract.messages import Usage
from sempre.conversations import Turns

_FRESH_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Turns answered in a session, and what its calls took."""

    turns: int
    usage: Usage
    at: float


class SessionSums:
    """Sums are up to ten seconds old; a session that is asked for the first time is added up at once."""

    def __init__(self, turns: Turns, spending: Spending) -> None:
        self._turns = turns
        self._spending = spending
        self._sums: dict[str, Sum] = {}

    async def of(self, session_ids: Iterable[str]) -> dict[str, Sum]:
        wanted = list(session_ids)
        now = clock.ticks()
        stale = [each for each in wanted if self._age(each, now) > _FRESH_SECONDS]
        if stale:
            answered = await self._turns.answered_in_sessions(stale)
            spent = await self._spending.of_sessions(stale)
            for each in stale:
                usage = spent.get(each, Usage())
                self._sums[each] = Sum(turns=answered.get(each, 0), usage=usage, at=now)
        found = {each: self._sums[each] for each in wanted}
        self._sums = {**found, **{each: s for each, s in self._sums.items() if now - s.at < 60}}
        return found

    def _age(self, session_id: str, now: float) -> float:
        known = self._sums.get(session_id)
        return now - known.at if known else float("inf")
