"""Heads of the trail that were kept elsewhere, in the log and with backups: what a whole database that was put back
to an earlier state cannot take with it."""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sempre.audit.chain import Head
from sempre.db import manifest

EVENT = "audit.head"
_SAID = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
_MARK = f'"{EVENT}"'.encode()


class _Line(msgspec.Struct):
    event: str
    sequence: int = 0
    mac: str = ""


def known(log: Path, backups: Path) -> list[Head]:
    """Blocks."""
    return [*from_log(log), *from_backups(backups)]


def from_backups(folder: Path) -> list[Head]:
    """One for each backup that says where the trail stood; blocks."""
    manifests = [manifest.read(each) for each in sorted(folder.glob("*")) if each.is_dir()]
    found = [read(each.audit_head) for each in manifests if each and each.audit_head]
    return [head for head in found if head is not None]


def read(text: str) -> Head | None:
    """`sequence:mac`, as manifests and people say it; nothing for anything else, and for a trail that was empty."""
    said = _SAID.fullmatch(text)
    return Head(int(said[1]), said[2]) if said and int(said[1]) else None


def from_log(log: Path) -> list[Head]:
    """The newest that the log file knows, if any; blocks. What does not read as one is passed over."""
    for path in (log, *sorted(log.parent.glob(f"{log.stem}-*"), reverse=True)):
        found = [head for line in _lines(path) if (head := _head(line)) is not None]
        if found:
            return [max(found, key=lambda head: head.sequence)]
    return []


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            lines: Iterable[bytes] = file
            yield from (line for line in lines if _MARK in line)
    except (OSError, EOFError):
        return


def _head(line: bytes) -> Head | None:
    try:
        said = msgspec.json.decode(line, type=_Line)
    except msgspec.DecodeError:
        return None
    return Head(said.sequence, said.mac) if said.event == EVENT and said.sequence > 0 else None
