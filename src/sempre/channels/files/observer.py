"""News from systems that don't tell when a file is closed (macOS, Windows): watchdog's own observer.

There a file counts when two looks at it agree, so every change only says that it is worth a look.
"""

import os
from pathlib import Path

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from sempre.channels.files.source import Told

# Looking at a file makes these, where a system has them.
_OURS = frozenset({events.EVENT_TYPE_OPENED, events.EVENT_TYPE_CLOSED_NO_WRITE})


class ObserverSource(events.FileSystemEventHandler):
    """Watches `.queue/` and what is under it."""

    def __init__(self, queue: Path, told: Told) -> None:
        self._queue = queue
        self._prefix = os.fspath(queue) + os.sep
        self._told = told
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        observer = Observer()
        observer.schedule(self, os.fspath(self._queue), recursive=True)
        observer.start()
        self._observer = observer

    def stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    @property
    def alive(self) -> bool:
        return self._observer is not None and self._observer.is_alive()

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        if event.event_type in _OURS:
            return
        for path in (event.src_path, event.dest_path):
            worker, _, name = os.fsdecode(path).removeprefix(self._prefix).partition(os.sep)
            if not name and event.is_directory:
                self._told.folders()
            elif name and os.sep not in name and not event.is_directory:
                self._told.seen(worker, name)
