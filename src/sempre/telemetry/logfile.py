"""The log file: rotated by size, older parts compressed in the background, the oldest removed.

A disk that takes no more costs log lines, which are counted; never the work that wrote them.
"""

import gzip
import logging
import os
import shutil
import threading
from pathlib import Path

from sempre import clock
from sempre.telemetry.metrics import LOG_LINES_LOST


class LogFile(logging.Handler):
    """`sempre.jsonl` and beside it `sempre-<time>.jsonl.gz`, `keep` of them. Each line is one write, without a
    buffer: what was logged before a kill stands there."""

    def __init__(self, path: Path, *, max_bytes: int, keep: int) -> None:
        super().__init__()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._packing = threading.Lock()
        self._file: int | None = None
        self._cut = False  # the last line was written in part

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode()
            file = self._opened()
            if self._cut:
                line = b"\n" + line
            self._cut = os.write(file, line) < len(line)
            if self._cut:
                LOG_LINES_LOST.inc()
        except Exception:  # noqa: BLE001  (the edge: a full disk or an odd value must not break who logs)
            LOG_LINES_LOST.inc()

    def close(self) -> None:
        self._close()
        super().close()

    def _opened(self) -> int:
        """The file; another one when it is full, or when somebody removed it."""
        if self._file is not None:
            standing = os.fstat(self._file)
            if standing.st_nlink == 0:
                self._close()
            elif standing.st_size >= self._max_bytes:
                self._rotate()
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _rotate(self) -> None:
        """Put the full file aside; the slow part happens on a thread."""
        self._close()
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
        self._path.replace(self._path.with_name(f"{self._path.stem}-{stamp}{self._path.suffix}"))
        threading.Thread(target=self._tidy, name="log.pack", daemon=True).start()

    def _tidy(self) -> None:
        """Pack what lies aside, also what a crash left unpacked, and remove the oldest."""
        pattern = f"{self._path.stem}-*{self._path.suffix}"
        with self._packing:
            for aside in sorted(self._path.parent.glob(pattern)):
                _pack(aside)
            for oldest in sorted(self._path.parent.glob(pattern + ".gz"))[: -self._keep]:
                oldest.unlink(missing_ok=True)


def _pack(plain: Path) -> None:
    unfinished = plain.with_name(plain.name + ".part")
    try:
        with plain.open("rb") as source, gzip.open(unfinished, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(source, packed)
        unfinished.chmod(0o600)
        unfinished.replace(plain.with_name(plain.name + ".gz"))
        plain.unlink()
    except OSError:  # no room now: it stays plain and is tried at the next rotation
        unfinished.unlink(missing_ok=True)
