"""Files that are there whole or not at all: written aside, synced, renamed. Never follows a link."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

# A disk makes one of the syncs that come at the same time, so files that belong together are synced side by side.
_syncing = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sync")


def write(path: Path, content: bytes, *, replace: bool) -> None:
    """Put `content` at `path`. Without `replace` raises FileExistsError when anything is there. Raises OSError."""
    with Drafts({path: content}) as drafts:
        drafts.put(path, replace=replace)


class Drafts:
    """Files that are written aside and synced together, then put in their places one by one. Inside a `with` block: what
    was not put goes at its end. Nobody gets more of them than `mode` says."""

    def __init__(self, contents: Mapping[Path, bytes], *, mode: int = 0o666) -> None:
        self._contents = contents
        self._mode = mode
        self._asides = {path: path.with_name(f".{path.name}.aside") for path in contents}

    def __enter__(self) -> "Drafts":
        """Raises OSError."""
        try:
            self._write()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def __contains__(self, path: Path) -> bool:
        return path in self._asides

    def put(self, path: Path, *, replace: bool) -> None:
        """Without `replace` raises FileExistsError when anything is there. Raises OSError."""
        aside = self._asides[path]
        if replace:
            aside.replace(path)
        else:
            _put(aside, path)
        del self._asides[path]

    def _write(self) -> None:
        opened: list[int] = []
        try:
            for path, aside in self._asides.items():
                aside.unlink(missing_ok=True)  # what a crash left
                opened.append(_open_new(aside, self._mode))
                _write_all(opened[-1], self._contents[path])
            _sync_all(opened)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _remove(self) -> None:
        for aside in self._asides.values():
            aside.unlink(missing_ok=True)


def make_private(folder: Path) -> None:
    """Make the folder and what is missing above it, for the owner's eyes only."""
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the renames in it last through a power cut; where folders can't be opened there is nothing to do."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Make what was written to a file last through a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def content(path: Path) -> bytes | None:
    """What is at `path`: None when nothing is. A link, a folder or a pipe is not read and counts as foreign."""
    if not os.path.lexists(path):
        return None
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b"\0not a file"


def _open_new(path: Path, mode: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, mode)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_all(descriptors: list[int]) -> None:
    beside = [_syncing.submit(os.fsync, each) for each in descriptors[1:]]
    try:
        for each in descriptors[:1]:
            os.fsync(each)
    finally:
        failures = [each.exception() for each in beside]  # waits: they are closed after this
    for failure in failures:
        if failure is not None:
            raise failure


def _put(aside: Path, path: Path) -> None:
    """Rename that refuses to overwrite: a hard link does, where the file system has them."""
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        aside.rename(path)
    else:
        aside.unlink()
