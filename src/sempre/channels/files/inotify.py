"""News from Linux: watchdog's inotify descriptor, without its pairing of moves. Imported on Linux only.

watchdog's own observer holds every event back for half a second whenever something leaves what it watches by a rename.
So `.queue/` and each folder under it are watched here without that half of a rename, and our claims, which are
renames, make no events at all. docs/decisions/0003-files-channel.md has the measurements.
"""

import errno
import os
import threading

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from sempre.channels.files.source import Told

_OURS = CallbackId(0)
_FOLDERS_ONLY = InotifyConstants.IN_ONLYDIR | InotifyConstants.IN_DONT_FOLLOW
_QUEUE = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_DELETE
    | _FOLDERS_ONLY
)
_WORKER = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVED_TO
    | _FOLDERS_ONLY
)


class InotifySource:
    """Watches `.queue/` and its folders. Its `on_…` methods are called by watchdog's reading thread."""

    def __init__(self, queue: bytes, told: Told) -> None:
        self._queue = queue
        self._told = told
        self._descriptor: InotifyFD | None = None
        self._root: WatchDescriptor | None = None
        self._workers: dict[WatchDescriptor, bytes] = {}
        self._complete = True
        self._lock = threading.Lock()

    def start(self) -> None:
        self._descriptor = InotifyFD()
        self._descriptor.start()
        with self._lock:
            self._root = self._watch(self._queue, _QUEUE)
            self._watch_folders()

    def stop(self) -> None:
        if self._descriptor is not None:
            self._descriptor.stop()
            self._descriptor.join()
            self._descriptor = None

    @property
    def alive(self) -> bool:
        """False also when a folder came that the system would not watch, and when events were lost."""
        return self._complete and self._descriptor is not None and self._descriptor.is_alive()

    def on_event(self, event: InotifyEvent) -> None:
        with self._lock:
            if event.wd == self._root:
                if event.is_directory:
                    self._folder(event)
                return
            worker = self._workers.get(event.wd)
        if worker is None or event.is_directory:
            return
        if event.is_close_write or event.is_moved_to:
            self._told.closed(os.fsdecode(worker), os.fsdecode(event.name))
        elif event.is_create:
            self._told.seen(os.fsdecode(worker), os.fsdecode(event.name))

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        with self._lock:
            self._workers.pop(wd, None)
            if wd == self._root:
                self._complete = False

    def on_queue_overflow(self) -> None:
        # What is watched may be out of date too, so this source is replaced by a new one.
        self._complete = False
        self._told.lost()

    def _folder(self, event: InotifyEvent) -> None:
        try:
            if event.is_moved_from:
                # Moved within the queue, it would keep its descriptor and its old name.
                self._forget(event.name)
            elif event.is_create or event.is_moved_to:
                self._watch_worker(event.name)
        except OSError:
            self._complete = False
        self._told.folders()

    def _watch_folders(self) -> None:
        with os.scandir(self._queue) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    self._watch_worker(entry.name)

    def _watch_worker(self, name: bytes) -> None:
        if name.startswith(b"."):
            return
        try:
            wd = self._watch(self._queue + b"/" + name, _WORKER)
        except (FileNotFoundError, NotADirectoryError):
            return  # gone again
        self._workers[wd] = name

    def _forget(self, name: bytes) -> None:
        gone = [wd for wd, worker in self._workers.items() if worker == name]
        for wd in gone:
            del self._workers[wd]
        if self._descriptor is not None:
            self._descriptor.remove_callbacks([(wd, _OURS) for wd in gone])

    def _watch(self, path: bytes, mask: Mask) -> WatchDescriptor:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "the watch was stopped")
        return self._descriptor.add_callback(path, mask, self, _OURS)
