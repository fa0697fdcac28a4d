"""On Postgres: says that this process lives, and takes over from those that no longer do. A thread of its own.

It beats only while the event loop is alive too: a process whose loop hangs does no work and must not keep any.
"""

import asyncio
import threading
from collections.abc import Callable

import structlog

from sempre.durable._store import Executors, reachable
from sempre.errors import UnavailableError

_log = structlog.stdlib.get_logger(__name__)


class Reaper:
    """`reaped` and `lost` are called in the loop: work was handed back; this process was declared dead."""

    def __init__(
        self,
        executors: Executors,
        *,
        beat: float,
        dead_after: float,
        reaped: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._executors = executors
        self._beat = beat
        self._dead_after = dead_after
        self._reaped = reaped
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._unanswered = 0  # rounds, not seconds: a frozen process has no hanging loop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-reaper", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Blocks until the thread has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with reachable():
                    self._round()
            except UnavailableError as error:
                _log.warning("engine.beat_failed", reason=error.message)
            except Exception:  # noqa: BLE001  (a thread's edge: an unexpected failure must not end the beat)
                _log.exception("engine.beat_failed")
            self._stop.wait(self._beat)

    def _round(self) -> None:
        self._unanswered += 1
        self._tell(self._answer)
        if self._unanswered * self._beat > self._dead_after:
            _log.error("engine.loop_hangs", rounds=self._unanswered)
            return
        if not self._executors.beat():
            _log.error("engine.declared_dead")
            self._stop.set()
            self._tell(self._lost)
            return
        handed_back = self._executors.reap(self._dead_after)
        if handed_back:
            _log.warning("engine.reaped", workflows=len(handed_back))
            self._tell(self._reaped)

    def _tell(self, what: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)

    def _answer(self) -> None:
        self._unanswered = 0
