"""Hears from the operating system what happens under `.queue/`. Knows folders and names, no prompts.

`.queue/` is watched recursively: a claim is a rename into `.claimed/`, and a rename into a folder that is not watched
holds back every later event by half a second.
"""

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from sempre.channels.files.layout import SUFFIX

_SEEN: list[type[events.FileSystemEvent]] = [
    events.FileClosedEvent,
    events.FileCreatedEvent,
    events.FileMovedEvent,
    events.DirCreatedEvent,
    events.DirMovedEvent,
]
if sys.platform != "linux":  # nobody tells there when a file is closed
    _SEEN.append(events.FileModifiedEvent)


class Listener(Protocol):
    """Whom the watch tells; called in the loop, in the order in which things happened."""

    def file_closed(self, worker: str, name: str) -> None: ...

    def file_seen(self, worker: str, name: str) -> None: ...

    def folders_changed(self) -> None: ...

    def events_lost(self) -> None: ...


class Watch(events.FileSystemEventHandler):
    """Watches one `.queue/` folder. `start` and `stop` block: call them in a thread."""

    def __init__(self, queue: Path, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._queue = queue
        self._prefix = os.fspath(queue) + os.sep
        self._listener = listener
        self._loop = loop
        self._news: deque[Callable[[Listener], None]] = deque()
        self._telling = False
        self._lock = threading.Lock()
        self._observer: BaseObserver | None = None
        self._watched: tuple[int, int] | None = None

    def start(self) -> None:
        """Raises OSError when the system gives no watch (a limit, no such folder)."""
        observer = _observer(self._lost)
        observer.schedule(self, os.fspath(self._queue), recursive=True, event_filter=_SEEN)
        try:
            observer.start()
        except BaseException:
            observer.on_thread_stop()
            raise
        self._observer = observer
        self._watched = _identity(self._queue)

    def stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    @property
    def holds(self) -> bool:
        """Whether the folder that is watched is the one that is there now."""
        return (
            self._observer is not None
            and self._observer.is_alive()
            and self._watched == _identity(self._queue)
        )

    def on_closed(self, event: events.FileSystemEvent) -> None:
        self._file(event.src_path, closed=True)

    def on_created(self, event: events.FileSystemEvent) -> None:
        if event.is_directory:
            self._folder(event.src_path)
        else:
            self._file(event.src_path, closed=False)

    def on_modified(self, event: events.FileSystemEvent) -> None:
        if not event.is_directory:
            self._file(event.src_path, closed=False)

    def on_moved(self, event: events.FileSystemEvent) -> None:
        if event.is_directory:
            self._folder(event.dest_path or event.src_path)
        elif event.dest_path:
            self._file(event.dest_path, closed=True)

    def _file(self, path: bytes | str, *, closed: bool) -> None:
        worker, _, name = os.fsdecode(path).removeprefix(self._prefix).partition(os.sep)
        if os.sep in name or name.startswith(".") or not name.endswith(SUFFIX):
            return
        if closed:
            self._tell(lambda listener: listener.file_closed(worker, name))
        else:
            self._tell(lambda listener: listener.file_seen(worker, name))

    def _folder(self, path: bytes | str) -> None:
        if os.sep not in os.fsdecode(path).removeprefix(self._prefix):
            self._tell(lambda listener: listener.folders_changed())

    def _lost(self) -> None:
        self._tell(lambda listener: listener.events_lost())

    def _tell(self, news: Callable[[Listener], None]) -> None:
        """From the watch's threads into the loop; one wake-up for many events."""
        with self._lock:
            self._news.append(news)
            if self._telling:
                return
            self._telling = True
        try:
            self._loop.call_soon_threadsafe(self._tell_all)
        except RuntimeError:
            self._news.clear()  # the loop has been closed

    def _tell_all(self) -> None:
        with self._lock:
            news, self._news = self._news, deque()
            self._telling = False
        for tell in news:
            tell(self._listener)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _observer(lost: Callable[[], None]) -> BaseObserver:
    if sys.platform == "linux":
        # Only here: the module needs inotify to be imported at all.
        from sempre.channels.files.inotify import CandidObserver

        return CandidObserver(lost)
    return Observer()
