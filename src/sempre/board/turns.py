"""Who merges into a repository, one at a time over all boards and processes of this machine. Git compares and sets the
base's ref, but in a checkout it lays the files out before, so the slower of two merges would leave its files there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sempre import clock
from sempre.board.repository import Repository
from sempre.errors import UnavailableError
from sempre.home import hold

_FILE = "sempre-merge.lock"  # it stays; only who has it locked counts, and a crash lets go of it
_LOOK_SECONDS = 0.05
_SECONDS = 60.0  # a merge takes less than one


@asynccontextmanager
async def taken(repository: Repository) -> AsyncIterator[None]:
    """Raises UnavailableError."""
    path, end = repository.folder / _FILE, clock.ticks() + _SECONDS
    try:
        file = await asyncio.to_thread(path.open, "a+")
    except OSError as error:
        raise UnavailableError(
            f"{path} could not be written: {error.strerror}. Mend that, then merge again."
        ) from error
    with file:
        while True:
            try:
                hold(file)
                break
            except OSError as error:
                if clock.ticks() > end:
                    raise UnavailableError(
                        f"Another merge into {repository.path} does not end. Merge again later."
                    ) from error
            await asyncio.sleep(_LOOK_SECONDS)
        yield
