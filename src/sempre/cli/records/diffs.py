"""What a run changed, and what people said of it line by line."""

from collections.abc import Sequence

from msgspec import Struct


class DiffLine(Struct, frozen=True, rename="camel"):
    kind: str
    text: str


class DiffHunk(Struct, frozen=True, rename="camel"):
    old_start: int
    new_start: int
    heading: str
    lines: Sequence[DiffLine]


class DiffFile(Struct, frozen=True, rename="camel"):
    path: str
    old_path: str | None
    change: str
    binary: bool
    added: int | None
    removed: int | None
    cut: bool
    hunks: Sequence[DiffHunk]


class Diff(Struct, frozen=True, rename="camel"):
    files: Sequence[DiffFile]
    uncommitted: Sequence[str]
    uncommitted_count: int


class LineComment(Struct, frozen=True, rename="camel"):
    id: str
    file: str
    line: int
    side: str
    text: str
    by: str
    sent_in: str | None
