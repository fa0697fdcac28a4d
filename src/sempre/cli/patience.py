"""How long one goes on asking a Sempre that is away: started again it goes on where it was, and so do we."""

import time
from collections.abc import Callable
from typing import TypeVar

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.errors import UnavailableError
from sempre.home import Home

T = TypeVar("T")
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # before each further try; the last one stays


class TimeRanOutError(UnavailableError):
    """What was waited for has not come in time; it may still come."""

    code = "time_ran_out"


class Patience:
    """`seconds`: so long may it be away; None: for ever. `end_by`, a moment of `clock.ticks`, ends all waiting."""

    def __init__(self, seconds: float | None = None, *, end_by: float | None = None) -> None:
        self.end_by = end_by
        self._seconds = seconds
        self._lost_at: float | None = None
        self._tries = 0

    def check(self) -> None:
        """Raises TimeRanOutError."""
        if self.end_by is not None and clock.ticks() >= self.end_by:
            raise TimeRanOutError("It has not ended in that time; it goes on.")

    def found(self) -> None:
        """It answers."""
        if self._lost_at is not None:
            screen.note("Sempre is back.")
        self._lost_at, self._tries = None, 0

    def lost(self, error: UnavailableError) -> None:
        """It does not; pause before the next try. Raises `error` when patience has ended, TimeRanOutError."""
        self.check()
        now = clock.ticks()
        if self._lost_at is None:
            self._lost_at = now
            screen.note("Sempre is away; waiting for it to come back.")
        if self._seconds is not None and now - self._lost_at >= self._seconds:
            raise error
        time.sleep(_PAUSES[min(self._tries, len(_PAUSES) - 1)])
        self._tries += 1


def ask(home: Home, patience: Patience, question: Callable[[Server], T]) -> T:
    """Until it is answered. The question must do no harm when it is asked twice."""
    while True:
        try:
            answer = question(Server.find(home))
        except UnavailableError as error:
            patience.lost(error)
        else:
            patience.found()
            return answer
