"""The numbers of answers, as they stand in the folder. The database gives them out; this only reads."""

import re
from collections.abc import Iterator
from pathlib import Path

_ANY = re.compile(r"task_([0-9]{1,18})(?:\..*)?", re.DOTALL)
_TEXT = re.compile(r"task_([0-9]{1,18})\.txt")


def first_free(output: Path) -> int:
    """One more than the highest `task_N` of any kind that is there. Raises OSError."""
    return max(_numbers(output, _ANY), default=0) + 1


def texts(output: Path) -> list[int]:
    """The numbers of the answers that are there, highest first. Raises OSError."""
    return sorted(_numbers(output, _TEXT), reverse=True)


def _numbers(output: Path, pattern: re.Pattern[str]) -> Iterator[int]:
    if not output.is_dir():
        return
    for path in output.iterdir():
        if found := pattern.fullmatch(path.name):
            yield int(found[1])
