"""Heads of the trail that were kept in the log: what a whole database that was put back to an earlier state cannot
take with it."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sempre.audit.chain import Head

EVENT = "audit.head"
_MARK = f'"{EVENT}"'.encode()


class _Line(msgspec.Struct):
    event: str
    sequence: int = 0
    mac: str = ""


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
