"""What runs cost: the sum of their turns' calls. What an ended run cost stays so, and is added up once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sempre import clock
from sempre.api.execution_views import total
from sempre.api.parts import Spending
from sempre.board import Visits
from sempre.board.run import RunHead

_FRESH_SECONDS = 5.0
_BOOKED_SECONDS = 60.0  # after its end the last calls may still be booked
_REMEMBERED = 20_000
_TOGETHER = 200  # runs that one question is about

Cost = int | None
"""In millionths of a dollar; None: a price is not known."""


class RunCosts:
    """Of runs under way up to five seconds old."""

    def __init__(self, visits: Visits, spending: Spending) -> None:
        self._visits = visits
        self._spending = spending
        self._known: OrderedDict[str, tuple[Cost, float]] = OrderedDict()

    async def of(self, runs: Sequence[RunHead]) -> Mapping[str, Cost]:
        now = clock.ticks()
        found: dict[str, Cost] = {}
        wanted: list[RunHead] = []
        for run in runs:
            cost, good_until = self._known.get(run.id, (None, 0.0))
            if good_until > now:
                found[run.id] = cost
            else:
                wanted.append(run)
        for at in range(0, len(wanted), _TOGETHER):
            found |= await self._add_up(wanted[at : at + _TOGETHER], now)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _add_up(self, runs: Sequence[RunHead], now: float) -> Mapping[str, Cost]:
        turns = await self._visits.turns_of([run.id for run in runs])
        spent = await self._spending.of_turns([each for some in turns.values() for each in some])
        found: dict[str, Cost] = {}
        for run in runs:
            found[run.id] = total(spent[each] for each in turns.get(run.id, ()) if each in spent)
            self._known[run.id] = found[run.id], _good_until(run, now)
            self._known.move_to_end(run.id)
        return found


def _good_until(run: RunHead, now: float) -> float:
    if run.ended_at is None or (clock.now() - run.ended_at).total_seconds() < _BOOKED_SECONDS:
        return now + _FRESH_SECONDS
    return float("inf")
