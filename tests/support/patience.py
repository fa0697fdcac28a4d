"""How long a test waits for what must come: never a measure, since a machine that is busy with much else takes long.

Whatever takes no time must not be measured against it: let what would be waited for last longer than this.
"""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0
_LOOK_AGAIN = 0.01


async def until(holds: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait for what nothing tells of: folders, threads, programs."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"it did not come to this within {within:g} s"
        await asyncio.sleep(_LOOK_AGAIN)


def wait_until(holds: Callable[[], bool], within: float = PATIENCE) -> None:
    """The same where there is no loop."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"it did not come to this within {within:g} s"
        time.sleep(_LOOK_AGAIN)
