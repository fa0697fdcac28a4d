"""Memory and idle CPU with 40 workers, start to ready, and kill -9 to work going on. `python -m benchmarks.footprint`

The alternative for memory is what a native wrapper a worker took: 6 to 8 MB each, beside its CLI.
"""

import time
from pathlib import Path

import psutil

from benchmarks.sempre_process import SempreProcess, drop, folder, wait
from benchmarks.table import Row, show
from sempre.rehearsal import MessagesApi
from tests.support.provider import scripted_provider

_WORKERS = 40
_MORE = 100
_IDLE_SECONDS = 10.0
_WRAPPER_MB = 7.0
_STARTS = 5


def main() -> None:
    with scripted_provider() as api, folder() as place:
        rows = [
            *_memory(place / "memory" / "home", api),
            *_recovery(place / "recovery" / "home", api),
        ]
    show("Footprint", rows, note="Claude Code's own processes are counted apart")


def _memory(home: Path, api: MessagesApi) -> list[Row]:
    for number in range(_WORKERS):
        (home / ".queue" / f"w{number}").mkdir(parents=True)
    with SempreProcess(home, api, SEMPRE_SESSIONS__IDLE_SECONDS="5") as sempre:
        for number in range(_WORKERS):
            drop(home, f"w{number}", "hello", "[[say:ok]]")
        wait(lambda: all(_answered(home, number) for number in range(_WORKERS)), 300, look=0.1)
        children = sum(_rss(child) for child in sempre.process.children(recursive=True))
        answered = _rss(sempre.process)
        wait(lambda: not sempre.process.children(recursive=True), 60, look=0.5)
        for number in range(_MORE):
            (home / ".queue" / f"idle{number}").mkdir()
        time.sleep(_IDLE_SECONDS)
        more = (_rss(sempre.process) - answered) / _MORE
        process = sempre.process
        process.cpu_percent()
        time.sleep(_IDLE_SECONDS)
        idle = process.cpu_percent()
    return [
        Row(
            name=f"memory, {_WORKERS} workers, each has answered",
            ours=f"{answered:.0f} MB",
            other=f"{_WORKERS * _WRAPPER_MB:.0f} MB",
            ratio=_WORKERS * _WRAPPER_MB / answered,
            promised="190 MB",
        ),
        Row(name="  live Claude Code processes (8 at most)", ours=f"{children:.0f} MB"),
        Row(
            name="memory for each further idle worker",
            ours=f"{max(more, 0):.2f} MB",
            other=f"{_WRAPPER_MB:.0f} MB",
            promised="0.3 MB",
        ),
        Row(
            name=f"idle CPU, {_WORKERS + _MORE} workers",
            ours=f"{idle:.1f} % of a core",
            promised="2 %",
        ),
    ]


def _recovery(home: Path, api: MessagesApi) -> list[Row]:
    (home / ".queue" / "w0").mkdir(parents=True)
    ready: list[float] = []
    recovered: list[float] = []
    sempre = SempreProcess(home, api)
    sempre.start()
    for _ in range(_STARTS):
        sempre.stop()
        sempre.start()
        ready.append(sempre.ready_seconds)
    for round_ in range(_STARTS):
        drop(home, "w0", f"slow{round_}", f"[[delay:1]][[say:{round_}]]")
        asked = len(api.record.messages)
        wait(lambda before=asked: len(api.record.messages) > before, 60)
        asked = len(api.record.messages)
        sempre.kill()
        begun = time.perf_counter()
        sempre.start()
        wait(lambda before=asked: len(api.record.messages) > before, 60)
        recovered.append(time.perf_counter() - begun)
        wait((home / ".output" / "w0" / f"task_{round_ + 1}.json").exists, 60)
    sempre.stop()
    return [
        Row(name="start to ready, median", ours=f"{_median(ready):.2f} s", promised="2 s"),
        Row(
            name="kill -9 to work going on, median",
            ours=f"{_median(recovered):.2f} s",
            promised="3 s",
        ),
    ]


def _answered(home: Path, number: int) -> bool:
    return (home / ".output" / f"w{number}" / "task_1.json").exists()


def _rss(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    main()
