"""Names: which a worker may have, the order people expect, and how a long one fits into a folder."""

import os
import re
from pathlib import Path

_WORKER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")
_DIGITS = re.compile(r"([0-9]+)")
_NAME_MAX = 255  # bytes; what nearly every file system takes


def refusal(worker: str) -> str | None:
    """Why a folder of this name is no worker; None when it is one. The name goes into paths and ids."""
    if _WORKER.fullmatch(worker):
        return None
    return (
        "A worker's name has up to 64 letters (a-z, A-Z), digits, '-', '_' and '.', and does not start with a "
        "dot. Rename the folder."
    )


def natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sort key that puts task2 before task10. Text and numbers alternate, so that keys always compare."""
    parts = _DIGITS.split(name)
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts)), name


def readable(name: str) -> str:
    """The name as text that can be stored and shown: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def shorten(name: str, room: int) -> str:
    """`name` in at most `room` bytes of UTF-8; what is cut is cut before the last suffix."""
    if len(name.encode()) <= room:
        return name
    stem, dot, last = name.rpartition(".")
    suffix = dot + last
    if len(suffix.encode()) >= room:
        stem, suffix = name, ""
    kept = stem.encode()[: room - len(suffix.encode())].decode("utf-8", "ignore")
    return kept + suffix


def longest(folder: Path) -> int:
    """How many bytes a name in this folder may have."""
    try:
        return min(os.pathconf(folder, "PC_NAME_MAX"), _NAME_MAX)
    except (AttributeError, OSError, ValueError):
        return _NAME_MAX
