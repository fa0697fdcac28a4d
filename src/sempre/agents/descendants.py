"""Finds and ends the programs that a process of ours has started.

Its shells run in process groups of their own, and outlive it when it is killed; so killing one group is not
enough. They are known as children while it lives, and by the mark in their environment when it is gone.
"""

from collections.abc import Iterable

import psutil

MARK = "SEMPRE_LAUNCH"  # in the environment of what we start, and of all that it starts


def children(pid: int) -> list[psutil.Process]:
    """All that stem from it and are still its own, parents before children."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def marked(mark: str) -> list[psutil.Process]:
    """All that carry the mark, whoever their parent is by now. Reads every program's environment: some 10 ms."""
    return [program for program in psutil.process_iter() if _mark_of(program) == mark]


def kill(programs: Iterable[psutil.Process]) -> None:
    """At once. A process number that was given to another meanwhile is not touched: psutil compares start times."""
    for program in programs:
        try:
            program.kill()
        except psutil.Error:
            continue


def kill_marked(mark: str) -> None:
    """Until none is left: a shell may start its next command between our look and our kill."""
    for _ in range(5):
        found = marked(mark)
        if not found:
            return
        kill(found)
        psutil.wait_procs(found, timeout=0.2)


def memory_mb(pid: int) -> float:
    """Resident memory of that one process; 0 when it is gone."""
    try:
        return psutil.Process(pid).memory_info().rss / 1_048_576
    except psutil.Error:
        return 0.0


def _mark_of(program: psutil.Process) -> str | None:
    try:
        return program.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
