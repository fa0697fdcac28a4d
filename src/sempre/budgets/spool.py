"""Sums laid aside while they are given out, so that neither memory nor a transaction holds them. Names and numbers only,
in a file that nobody else sees and that is gone when this process is."""

import tempfile
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import msgspec

from sempre.budgets.totals import Totals

Sums = Sequence[tuple[str, Totals]]
_IN_MEMORY = 1 << 20  # bytes; beyond that it is on the disk


class Spool:
    """Parts in the order in which they were laid aside. Reading and writing touch some kilobytes at a time."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed at exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, part: Sums) -> None:
        self._file.write(msgspec.json.encode(part) + b"\n")

    def parts(self) -> Iterator[Sums]:
        self._file.seek(0)
        for line in self._file:
            yield msgspec.json.decode(line, type=list[tuple[str, Totals]])
