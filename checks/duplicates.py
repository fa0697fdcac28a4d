"""Finds runs of lines that stand in two places: written once, they would be mended once.

Lines are compared without indentation; blank lines, comments, imports and lone brackets count for
nothing. What is meant to be alike stands in duplicates.toml with its reason.
"""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from checks.commands import ROOT

PLACES = ("src/sempre", "checks", "tests", "benchmarks", "dashboard/src", "bootstrap.py")
SUFFIXES = frozenset({".py", ".ts", ".tsx", ".css"})
LONGEST = 7  # as many lines may be alike by chance or by form; one more is a finding
EMPTY = re.compile(r"""^(#.*|//.*|/?\*.*|[\W_]*|from .*|import .*|\} from .*|"{3}.*"{3})$""")
TABLE = Path(__file__).with_name("duplicates.toml")


class Line(NamedTuple):
    """One line that counts."""

    number: int
    text: str


class Run(NamedTuple):
    """The same lines in two places."""

    first: str
    second: str
    length: int

    def files(self) -> frozenset[str]:
        """Returns the file or the two files that share it."""
        return frozenset({self.first.split(":")[0], self.second.split(":")[0]})


def read_lines(source: str) -> list[Line]:
    """Returns the lines that count, without indentation."""
    stripped = enumerate((line.strip() for line in source.splitlines()), 1)
    return [Line(number, text) for number, text in stripped if not EMPTY.match(text)]


def find_runs(sources: Mapping[str, str], longest: int = LONGEST) -> list[Run]:
    """Returns the maximal runs of more than `longest` lines that stand twice."""
    files = {name: read_lines(source) for name, source in sources.items()}
    windows: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for name, lines in files.items():
        for start in range(len(lines) - longest):
            window = tuple(line.text for line in lines[start : start + longest + 1])
            windows[window].append((name, start))
    found: list[Run] = []
    covered: set[tuple[str, int, str, int]] = set()
    for (name, start), (other, second) in pair_places(windows.values()):
        if (name, start, other, second) in covered:
            continue
        length = measure(files[name][start:], files[other][second:])
        covered.update((name, start + n, other, second + n) for n in range(length))
        at, where = files[name][start].number, files[other][second].number
        found.append(Run(f"{name}:{at}", f"{other}:{where}", length))
    return sorted(found, key=lambda run: -run.length)


def pair_places(
    groups: Iterable[list[tuple[str, int]]],
) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    """Yields each place with the next one that begins with the same lines."""
    for places in groups:
        yield from pairwise(places)


def measure(first: list[Line], second: list[Line]) -> int:
    """Returns how many lines two places share from here on."""
    pairs = zip(first, second, strict=False)
    return next(
        (n for n, (a, b) in enumerate(pairs) if a.text != b.text), min(len(first), len(second))
    )


def read_sources(root: Path) -> dict[str, str]:
    """Returns the text of every source file, by its path."""
    paths = [
        path for place in PLACES for path in [root / place, *sorted((root / place).rglob("*"))]
    ]
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in SUFFIXES and path.is_file() and not is_made(path)
    }


def is_made(path: Path) -> bool:
    """Tells whether a file was generated: it is as alike as its generator makes it."""
    return ".gen." in path.name or "web" in path.parts or "versions" in path.parts


def read_explained(table: Path) -> list[frozenset[str]]:
    """Returns the groups of files that are meant to be alike, each with a reason."""
    entries = tomllib.loads(table.read_text(encoding="utf-8")).get("alike", [])
    return [frozenset(entry["files"]) for entry in entries if entry["reason"].strip()]


def main() -> int:
    """Prints what is neither unique nor explained."""
    explained = read_explained(TABLE)
    runs = find_runs(read_sources(ROOT))
    findings = [run for run in runs if not any(run.files() <= group for group in explained)]
    stale = [group for group in explained if not any(run.files() <= group for run in runs)]
    for run in findings:
        print(f"{run.length} lines at {run.first} stand again at {run.second}")
    for group in stale:
        print(f"duplicates.toml explains what is not alike any more: {', '.join(sorted(group))}")
    return 1 if findings or stale else 0


if __name__ == "__main__":
    sys.exit(main())
