"""Power cuts, as far as a test can make them: what was synced, and a log that has lost its end."""

import os
import struct
from pathlib import Path

import pytest

_HEADER, _FRAME_HEADER = 32, 24


def record_syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of the files that are synced from now on."""
    synced: list[int] = []
    real = os.fsync

    def sync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    return synced


def frames(log: bytes) -> int:
    """How many pages stand in a write-ahead log."""
    page = struct.unpack(">I", log[8:12])[0]
    return (len(log) - _HEADER) // (_FRAME_HEADER + page)


def cut(database: Path, log: bytes, kept: int) -> None:
    """Put back the log as a power cut may have left it: the first so many pages of it."""
    page = struct.unpack(">I", log[8:12])[0]
    end = _HEADER + kept * (_FRAME_HEADER + page)
    database.with_name(f"{database.name}-wal").write_bytes(log[:end])
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
