"""Hears from the operating system what happens under `.queue/`, and tells it in the loop, in order.

Knows folders and names; what a prompt is and when it counts is decided elsewhere.
"""

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sempre.channels.files.layout import SUFFIX
from sempre.channels.files.source import Source


class Listener(Protocol):
    """Whom the watch tells."""

    def file_closed(self, worker: str, name: str) -> None:
        """It was closed after writing, or renamed into place."""
        ...

    def file_seen(self, worker: str, name: str) -> None:
        """It is there; whether somebody still writes is not known."""
        ...

    def folders_changed(self) -> None:
        """A folder under `.queue/` came or went."""
        ...

    def events_lost(self) -> None:
        """There was more than the system keeps: only a look through the folders finds everything."""
        ...


class Watch:
    """Watches one `.queue/` folder. `start` and `stop` block: call them in a thread."""

    def __init__(self, queue: Path, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._queue = queue
        self._listener = listener
        self._loop = loop
        self._source = _source(queue, self)
        self._watched: tuple[int, int] | None = None
        self._news: deque[Callable[[Listener], None]] = deque()
        self._telling = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Raises OSError."""
        try:
            self._source.start()
        except BaseException:
            self._source.stop()
            raise
        self._watched = _identity(self._queue)

    def stop(self) -> None:
        self._source.stop()

    @property
    def holds(self) -> bool:
        """Whether the folder that is watched is the one that is there now."""
        return self._source.alive and self._watched == _identity(self._queue)

    def closed(self, worker: str, name: str) -> None:
        """From the source, in its thread; so are the next three."""
        if _is_prompt(name):
            self._tell(lambda listener: listener.file_closed(worker, name))

    def seen(self, worker: str, name: str) -> None:
        if _is_prompt(name):
            self._tell(lambda listener: listener.file_seen(worker, name))

    def folders(self) -> None:
        self._tell(lambda listener: listener.folders_changed())

    def lost(self) -> None:
        self._tell(lambda listener: listener.events_lost())

    def _tell(self, news: Callable[[Listener], None]) -> None:
        """From the source's thread into the loop; one wake-up for many events."""
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


def _is_prompt(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _source(queue: Path, watch: Watch) -> Source:
    """Imported here, as each needs its system to be imported at all."""
    if sys.platform == "linux":
        from sempre.channels.files.inotify import InotifySource

        return InotifySource(os.fsencode(queue), watch)
    from sempre.channels.files.observer import ObserverSource

    return ObserverSource(queue, watch)
