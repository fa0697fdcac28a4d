"""watchdog's observer for Linux, made to say when the kernel dropped events. Imported on Linux only.

watchdog rebuilds its watches after an overflow but tells nobody; this reaches into two private attributes, and
tests/channels/files/test_watch.py holds for the version that is pinned.
"""

from collections.abc import Callable
from typing import Any

from watchdog.observers.inotify import InotifyFullEmitter, InotifyObserver


class _CandidEmitter(InotifyFullEmitter):
    """Reports a rename from outside as a move, not as a creation, and an overflow to `lost`."""

    def __init__(self, *args: Any, lost: Callable[[], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lost = lost

    def on_thread_start(self) -> None:
        super().on_thread_start()
        group = self._inotify
        if group is None:
            raise RuntimeError(
                "watchdog's emitter has no watch group; this version of it is not supported."
            )
        rebuild = group.on_queue_overflow

        def overflowed() -> None:
            rebuild()
            # After the watches stand again, before any later event is read.
            self._lost()

        group.on_queue_overflow = overflowed


class CandidObserver(InotifyObserver):
    """An observer that calls `lost`, in its own thread, when events were dropped."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(generate_full_events=True)
        self._emitter_class = _CandidEmitter
        self._emitter_kwargs["lost"] = lost
