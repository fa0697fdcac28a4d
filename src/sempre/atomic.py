"""Files that are there whole or not at all: written aside, synced, renamed. Never follows a link."""

import os
from pathlib import Path


def write(path: Path, content: bytes, *, replace: bool) -> None:
    """Put `content` at `path`. Without `replace` raises FileExistsError when anything is there. Raises OSError."""
    aside = path.with_name(f".{path.name}.aside")
    aside.unlink(missing_ok=True)  # what a crash left
    try:
        _write_synced(aside, content)
        if replace:
            aside.replace(path)
        else:
            _put(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


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


def _write_synced(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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
