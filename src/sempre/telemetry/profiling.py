"""A profile of the running process, on demand: where its threads are, looked at a hundred times a second, and what
memory grew. Nothing runs before it is asked for; names of functions and lines only, no values."""

import gc
import sys
import threading
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sempre import atomic, clock

_EVERY = 0.01  # seconds
_DEEPEST = 120  # frames
_TOP = 40
_FORM = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`cpu` holds stacks with their counts, one a line, as flame graph tools and speedscope read them; `memory` the
    lines that hold and that gained most. `top` are the busiest functions with their share in percent."""

    cpu: Path
    memory: Path
    samples: int
    top: list[tuple[str, int]]
    rss_bytes: int
    grown_bytes: int


def take(folder: Path, seconds: float, *, keep: int) -> Profile:
    """Blocks for so long: run it in a thread. One at a time."""
    import psutil  # not with the pages: they are there before a process is looked at, and it is slow

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = clock.now().strftime(_FORM)
    own = {threading.get_ident()}
    tracemalloc.start(1)
    try:
        before = tracemalloc.take_snapshot()
        stacks = _sample(seconds, own)
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    cpu, memory = folder / f"{stamp}.folded", folder / f"{stamp}.memory.txt"
    lines = [f"{';'.join(stack)} {count}" for stack, count in stacks.most_common()]
    atomic.write(cpu, ("\n".join(lines) + "\n").encode(), replace=True)
    grown, text = _memory(before, after)
    atomic.write(memory, text.encode(), replace=True)
    _prune(folder, keep)
    return Profile(
        cpu=cpu,
        memory=memory,
        samples=stacks.total(),
        top=_busiest(stacks),
        rss_bytes=psutil.Process().memory_info().rss,
        grown_bytes=grown,
    )


def _sample(seconds: float, without: set[int]) -> Counter[tuple[str, ...]]:
    """Stacks from the outermost frame inwards, by how often they were seen. Threads that wait for work are counted
    as what they wait in."""
    stacks: Counter[tuple[str, ...]] = Counter()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    end = clock.ticks() + seconds
    while clock.ticks() < end:
        for ident, frame in sys._current_frames().items():  # noqa: SLF001  (how a process sees its own threads)
            if ident not in without:
                stacks[(names.get(ident, "thread"), *_stack(frame))] += 1
        time.sleep(_EVERY)
    return stacks


def _stack(frame: FrameType | None) -> list[str]:
    found: list[str] = []
    while frame is not None and len(found) < _DEEPEST:
        code = frame.f_code
        found.append(f"{_short(code.co_filename)}:{code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return found[::-1]


def _busiest(stacks: Counter[tuple[str, ...]]) -> list[tuple[str, int]]:
    """By the innermost frame; what only waits is left out."""
    inner: Counter[str] = Counter()
    for stack, count in stacks.items():
        inner[stack[-1].rsplit(":", 1)[0]] += count
    total = max(inner.total(), 1)
    return [(name, round(100 * count / total)) for name, count in inner.most_common(10)]


def _memory(before: tracemalloc.Snapshot, after: tracemalloc.Snapshot) -> tuple[int, str]:
    """What was allocated meanwhile and is still held, and the kinds of objects there are most of."""
    changes = after.compare_to(before, "lineno")
    grown = sum(each.size_diff for each in changes)
    lines = [
        f"grown while it was watched: {grown} bytes",
        "",
        "allocated meanwhile and still held:",
    ]
    lines += [
        f"{each.size_diff:12d} bytes {each.count_diff:+8d} objects  "
        f"{_short(each.traceback[0].filename)}:{each.traceback[0].lineno}"
        for each in changes[:_TOP]
    ]
    kinds = Counter(type(each).__qualname__ for each in gc.get_objects())
    lines += ["", "most numerous objects:"]
    lines += [f"{count:10d}  {name}" for name, count in kinds.most_common(_TOP)]
    return grown, "\n".join(lines) + "\n"


def _short(path: str) -> str:
    """From the package's name on: the same on every machine."""
    parts = Path(path).parts
    for mark in ("site-packages", "lib", "src"):
        if mark in parts:
            return "/".join(parts[parts.index(mark) + 1 :])
    return "/".join(parts[-2:])


def _prune(folder: Path, keep: int) -> None:
    for old in sorted(folder.iterdir())[: -2 * keep]:
        old.unlink(missing_ok=True)
