"""How long a test waits for what must come: never a measure, since a machine that is busy with much else takes long.

Whatever takes no time must not be measured against it: let what would be waited for last longer than this.
"""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0
_SOONEST, _LATEST = 0.01, 0.25
_REST = 4


async def until(holds: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait for what nothing tells of: folders, threads, programs."""
    looks = Looks(within, lambda: f"it did not come to this within {within:g} s")
    while not holds():  # noqa: ASYNC110  (nothing tells of it)
        await asyncio.sleep(looks.pause())


def wait_until(holds: Callable[[], bool], within: float = PATIENCE) -> None:
    """The same where there is no loop."""
    looks = Looks(within, lambda: f"it did not come to this within {within:g} s")
    while not holds():
        time.sleep(looks.pause())


class Looks:
    """How long to rest before one looks again: a multiple of what the look took, so that most of the machine is left to
    what is waited for, however busy it is and however dear the look."""

    def __init__(self, within: float, complaint: Callable[[], str]) -> None:
        self._began = time.monotonic()
        self._end = self._began + within
        self._complaint = complaint

    def pause(self) -> float:
        """Seconds, after a look that did not see it. Fails when the time is over."""
        now = time.monotonic()
        assert now < self._end, self._complaint()
        rest = min(max(_REST * (now - self._began), _SOONEST), _LATEST)
        self._began = now + rest
        return rest
