"""What a run changed, read from git's own words: files, hunks, lines. Pure; it runs nothing.

The words are those of `git diff --raw --numstat --patch -z`: a record a file, its counts, then the text, in one order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Change = Literal["added", "modified", "deleted", "renamed", "copied", "retyped"]
Kind = Literal["context", "added", "removed", "note"]

LINES_OF_A_FILE = 3000
LINES = 12_000
LONGEST_LINE = 2000  # characters
_CHANGES: dict[str, Change] = {
    "A": "added",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "retyped",
}
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_SECTION = "diff --git "
_KINDS: dict[str, Kind] = {" ": "context", "+": "added", "-": "removed", "\\": "note"}


@dataclass(frozen=True)
class Line:
    """`old` and `new` are its numbers in the two versions; a note, such as that no line end stands at the end, has
    none."""

    kind: Kind
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Hunk:
    old_start: int
    new_start: int
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """`added` and `removed` count lines, None for what is no text. `cut`: not all of its lines are here."""

    path: str
    old_path: str | None
    change: Change
    added: int | None
    removed: int | None
    hunks: tuple[Hunk, ...] = ()
    cut: bool = False

    @property
    def is_binary(self) -> bool:
        return self.added is None


def read(written: bytes, *, is_whole: bool) -> list[FileChange]:
    """All files, by path as git orders them. Lines past the limits, and past where the words were cut off
    (`is_whole=False`), are left out and the file says so."""
    head, _, text = written.partition(b"\0\0")
    files = _files(head.decode("utf-8", "replace").split("\0"))
    sections = list(_sections(text.decode("utf-8", "replace").split("\n")))
    room, read_files = LINES, list[FileChange]()
    for place, file in enumerate(files):
        section = sections[place] if place < len(sections) else None
        ends_here = not is_whole and place >= len(sections) - 1
        filled = _filled(file, section, min(room, LINES_OF_A_FILE), ends_here=ends_here)
        room -= sum(len(hunk.lines) for hunk in filled.hunks)
        read_files.append(filled)
    return read_files


def _files(records: Sequence[str]) -> list[FileChange]:
    """The records that begin with a colon name them; those after count their lines."""
    files: dict[str, FileChange] = {}
    left = iter(records)
    for record in left:
        if record.startswith(":"):
            status = record.rpartition(" ")[2]
            first = next(left, "")
            moved = status[:1] in {"R", "C"}
            path = next(left, "") if moved else first
            files[path] = FileChange(
                path=path,
                old_path=first if moved else None,
                change=_CHANGES.get(status[:1], "modified"),
                added=0,
                removed=0,
            )
        elif record.count("\t") >= 2:
            _count(files, record, left)
    return list(files.values())


def _count(files: dict[str, FileChange], record: str, left: Iterator[str]) -> None:
    added, removed, path = record.split("\t", 2)
    if not path:  # of a file that was moved, both names follow
        next(left, "")
        path = next(left, "")
    if file := files.get(path):
        files[path] = replace(file, added=_number(added), removed=_number(removed))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _sections(lines: Sequence[str]) -> Iterator[list[str]]:
    """The text of each file. What was a file and became a link has two, taken as one."""
    section: list[str] | None = None
    name = ""
    for line in lines:
        if line.startswith(_SECTION) and (section is None or line != name):
            if section is not None:
                yield section
            section, name = [], line
        if section is not None:
            section.append(line)
    if section is not None:
        yield section


def _filled(
    file: FileChange, section: Sequence[str] | None, room: int, *, ends_here: bool
) -> FileChange:
    if file.is_binary:
        return file
    if section is None:
        return replace(file, cut=ends_here)
    lines = section[:-1] if section[-1] == "" or ends_here else section
    hunks, left = _hunks(lines, room)
    return replace(file, hunks=tuple(hunks), cut=ends_here or left)


def _hunks(lines: Sequence[str], room: int) -> tuple[list[Hunk], bool]:
    """As many as there is room for, and whether some were left out."""
    hunks: list[Hunk] = []
    at, last = 0, len(lines)
    while at < last:
        found = _HUNK.match(lines[at])
        at += 1
        if found is None:
            continue
        begun = at
        while at < last and lines[at][:1] in _KINDS:
            at += 1
        kept = lines[begun : min(at, begun + room)]
        room -= len(kept)
        if kept:
            hunks.append(_hunk(found, kept))
        if len(kept) < at - begun:
            return hunks, True
    return hunks, False


def _hunk(found: re.Match[str], written: Sequence[str]) -> Hunk:
    old_start, new_start = int(found[1]), int(found[3])
    old, new = old_start, new_start
    lines: list[Line] = []
    for each in written:
        kind = _KINDS[each[0]]
        has_old, has_new = kind in {"context", "removed"}, kind in {"context", "added"}
        text = each[1 : LONGEST_LINE + 1]
        lines.append(Line(kind, old if has_old else None, new if has_new else None, text))
        old, new = old + has_old, new + has_new
    return Hunk(old_start=old_start, new_start=new_start, heading=found[5], lines=tuple(lines))
