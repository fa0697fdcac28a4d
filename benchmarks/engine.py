"""The engine against what dbos gives by default, a poll each second, in the same run: `python -m benchmarks.engine`.

On SQLite in a temporary folder, and on a Postgres of its own.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.own_postgres import own_postgres
from sempre import durable, ids

_KEYS = 40
_IDLE_SECONDS = 8.0

_started: dict[int, float] = {}
_ended: dict[int, float] = {}
_woken: dict[int, float] = {}


@durable.workflow("bench.turn")
async def _turn(number: int) -> None:
    """As workflows/turn, with an agent that answers at once: what it does is not recorded as a step."""
    _started.setdefault(number, time.perf_counter())
    _ended[number] = time.perf_counter()


@durable.workflow("bench.wait")
async def _waiting(number: int) -> None:
    _started[number] = time.perf_counter()
    if await durable.wait("go", 3600):
        _woken[number] = time.perf_counter()


@dataclass(frozen=True)
class Row:
    """One measure; `poll` is the same with the poll alone, None where that is not the question. `promised` is what it
    must be at least."""

    name: str
    unit: str
    ours: float
    poll: float | None = None
    more_is_better: bool = False
    promised: float | None = None

    def cells(self) -> tuple[str, ...]:
        promised = "" if self.promised is None else f"{self.promised:,.0f} {self.unit}"
        if self.poll is None:
            return self.name, f"{self.ours:,.1f} {self.unit}", "", "", promised
        ratio = self.ours / self.poll if self.more_is_better else self.poll / self.ours
        return (
            self.name,
            f"{self.ours:,.1f} {self.unit}",
            f"{self.poll:,.1f} {self.unit}",
            f"{ratio:,.1f} x",
            promised,
        )


@asynccontextmanager
async def _engine(url: str, *, nudges: bool = True) -> AsyncIterator[durable.Engine]:
    for moments in (_started, _ended, _woken):
        moments.clear()
    engine = durable.Engine(durable.EngineSettings(database_url=url, node="bench"))
    if not nudges:
        engine._nudger.nudge = lambda *_: None  # what is left is dbos as it comes
    await engine.launch()
    await asyncio.sleep(1.2)  # dbos looks for new queues once a second
    try:
        yield engine
    finally:
        await engine.close()


async def _submit(engine: durable.Engine, name: str, key: str, numbers: Sequence[int]) -> None:
    await engine.submit_many(
        [
            durable.Submission(
                name=name, workflow_id=f"bench:{ids.new_id()}", queue_key=key, args=(number,)
            )
            for number in numbers
        ]
    )


async def _until(done: Callable[[], bool], *, look: float = 0.0005) -> None:
    while True:
        if done():
            return
        await asyncio.sleep(look)


async def _latency(engine: durable.Engine, samples: int) -> list[float]:
    """Milliseconds from submit to the first step, on idle keys."""
    told: list[float] = []
    for number in range(samples):
        await asyncio.sleep(0.02 + number * 0.37 % 1)  # at any moment of the poll's second
        begin = time.perf_counter()
        await _submit(engine, "bench.turn", f"latency{number % 5}", [number])
        await _until(lambda number=number: number in _started)
        told.append((_started[number] - begin) * 1000)
        await _until(lambda number=number: number in _ended)
    return told


async def _gaps(engine: durable.Engine, backlog: int) -> list[float]:
    """Milliseconds from one end to the next start, all queued on one key."""
    numbers = range(10_000, 10_000 + backlog)
    await _submit(engine, "bench.turn", "backlog", numbers)
    await _until(lambda: numbers[-1] in _ended)
    return [(_started[n + 1] - _ended[n]) * 1000 for n in numbers[:-1]]


async def _throughput(engine: durable.Engine, each: int) -> float:
    """Turns a second, over many keys."""
    before, total = len(_ended), _KEYS * each
    begin = time.perf_counter()
    for key in range(_KEYS):
        first = 20_000 + key * each
        await _submit(engine, "bench.turn", f"through{key}", range(first, first + each))
    await _until(lambda: len(_ended) >= before + total, look=0.01)
    return total / (time.perf_counter() - begin)


async def _idle(seconds: float) -> float:
    """Percent of one core, of the whole process."""
    process = psutil.Process()
    await asyncio.sleep(2)
    before = process.cpu_times()
    await asyncio.sleep(seconds)
    after = process.cpu_times()
    return (after.user - before.user + after.system - before.system) / seconds * 100


async def _signals(engine: durable.Engine, samples: int) -> list[float]:
    """Milliseconds from a signal to the waiting workflow's going on."""
    told: list[float] = []
    for number in range(samples):
        workflow_id = f"bench:{ids.new_id()}"
        await engine.submit("bench.wait", workflow_id, queue_key=f"wait{number}", args=(number,))
        await _until(lambda number=number: number in _started)
        await asyncio.sleep(0.1)
        begin = time.perf_counter()
        await engine.signal(workflow_id, "go")
        await _until(lambda number=number: number in _woken)
        told.append((_woken[number] - begin) * 1000)
    return told


async def _flood(engine: durable.Engine, count: int) -> tuple[float, float]:
    """Seconds to submit so many at once, and the longest that the loop stood still, in milliseconds."""
    stalls: list[float] = []

    async def watch() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append((time.perf_counter() - begin - 0.001) * 1000)

    watching = asyncio.get_running_loop().create_task(watch())
    begin = time.perf_counter()
    await _submit(engine, "bench.turn", "flood", range(100_000, 100_000 + count))
    seconds = time.perf_counter() - begin
    watching.cancel()
    return seconds, max(stalls)


async def measure(url: Callable[[str], str], *, promised: float, quick: bool) -> list[Row]:
    """`url` gives the address of a new database for each part; `promised` is in turns a second."""
    samples, backlog, each = (20, 10, 3) if quick else (100, 20, 10)
    async with _engine(url("ours")) as engine:
        ours = await _latency(engine, samples)
        gaps = await _gaps(engine, backlog)
        rate = await _throughput(engine, each)
    async with _engine(url("poll"), nudges=False) as engine:
        polled = await _latency(engine, samples // 5)
        polled_gaps = await _gaps(engine, 5)
        polled_rate = await _throughput(engine, 3)
    async with _engine(url("wait")) as engine:
        idle = await _idle(_IDLE_SECONDS)
        signals = await _signals(engine, samples // 5)
        for number in range(1000, 1050):
            await _submit(engine, "bench.wait", f"parked{number}", [number])
        parked = await _idle(_IDLE_SECONDS)
    async with _engine(url("flood")) as engine:
        seconds, stall = await _flood(engine, 1000 if quick else 10_000)
    return [
        Row("submit to start, median", "ms", statistics.median(ours), statistics.median(polled)),
        Row("submit to start, 95th percentile", "ms", _p95(ours), _p95(polled)),
        Row(
            "backlog of one key, end to next start, median",
            "ms",
            statistics.median(gaps),
            statistics.median(polled_gaps),
        ),
        Row(
            "turns a second, 40 keys, in-process agent",
            "/s",
            rate,
            polled_rate,
            more_is_better=True,
            promised=promised,
        ),
        Row("signal to waking, median", "ms", statistics.median(signals)),
        Row("idle CPU, of one core", "%", idle),
        Row("idle CPU with 50 waiting workflows", "%", parked),
        Row("10,000 submissions at once" if not quick else "1,000 at once", "s", seconds),
        Row("longest stall of the loop meanwhile", "ms", stall),
    ]


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def show(title: str, rows: Sequence[Row]) -> None:
    table = Table("measure", "engine", "poll of 1 s alone", "better by", "promised", title=title)
    for row in rows:
        table.add_row(*row.cells())
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples")
    told, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:

        def new_file(part: str) -> str:
            return f"sqlite:///{Path(folder) / f'{part}.sqlite'}"

        rows = uvloop.run(measure(new_file, promised=60, quick=told.quick))
    show("Engine on SQLite", rows)
    with own_postgres() as new_database:
        rows = uvloop.run(measure(lambda _part: new_database(), promised=100, quick=told.quick))
    show("Engine on Postgres", rows)


if __name__ == "__main__":
    main()
