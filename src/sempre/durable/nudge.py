"""Starts queued work at once. Losing a nudge costs the time to the next poll, no work; the poll is here too, since
dbos' own costs ten times as much."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from sempre import clock
from sempre.errors import UnavailableError
from sempre.tasks import spawn

_RETRIES = (0.005, 0.010, 0.020, 0.050, 0.100)
# Under load a claim that waits a moment finds several that may start; a claim costs the same for one or for many.
_REST = 2.0  # times as long as the last claim took
_LONGEST_REST = 0.020

_log = structlog.stdlib.get_logger(__name__)


class Nudger:
    """One claim at a time; nudges that come meanwhile become one more claim, however many they are. Every `poll`
    seconds it looks without a nudge."""

    def __init__(
        self, claim: Callable[[str], Awaitable[None]], queues: Iterable[str], *, poll: float
    ) -> None:
        self._claim = claim
        self._queues = tuple(queues)
        self._poll = poll
        self._wanted: set[str] = set()
        self._awake = asyncio.Event()
        self._closed = False
        self._not_before = 0.0
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = spawn(self._run(), name="engine.nudge")

    def nudge(self, *queues: str) -> None:
        """Look at these queues, or at all that this process listens to."""
        self._wanted.update(queue for queue in queues or self._queues if queue in self._queues)
        self._awake.set()

    async def close(self) -> None:
        """Start nothing more. A claim under way is finished: what was claimed must be started."""
        self._closed = True
        self._awake.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._until_nudged()
            self._awake.clear()
            while self._wanted and not self._closed:
                await asyncio.sleep(max(self._not_before - clock.ticks(), 0))
                await self._claim_and_rest(self._wanted.pop())
            if self._closed:
                return

    async def _until_nudged(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._awake.wait()
        except TimeoutError:
            self._wanted.update(self._queues)

    async def _claim_and_rest(self, queue: str) -> None:
        begun = clock.ticks()
        await self._claim_with_retries(queue)
        ended = clock.ticks()
        self._not_before = ended + min((ended - begun) * _REST, _LONGEST_REST)

    async def _claim_with_retries(self, queue: str) -> None:
        for seconds in (*_RETRIES, None):
            try:
                await self._claim(queue)
                return
            except UnavailableError as error:
                if seconds is None or self._closed:
                    _log.info("engine.nudge_lost", queue=queue, reason=error.message)
                    return
                await asyncio.sleep(seconds)
            except Exception:  # noqa: BLE001  (the loop's edge: the next poll tries again)
                _log.exception("engine.claim_failed", queue=queue)
                return
