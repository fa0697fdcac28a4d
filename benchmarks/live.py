"""1,000 events a second to 100 watchers: from the fact to the watcher, against a frame for each event, in one run.

`python -m benchmarks.live`
"""

import asyncio
import statistics
import time
from pathlib import Path

import msgspec
import uvloop

from benchmarks.sempre_process import folder
from benchmarks.table import Row, milliseconds, show
from sempre import crypto
from sempre.db import Database, schema
from sempre.events import Filter, Log, Stream
from sempre.tasks import spawn, stop

_WATCHERS = 100
_RATE = 1000  # events a second
_SECONDS = 5


async def measure(place: Path, *, coalesce_ms: int, one_by_one: bool) -> list[float]:
    """Seconds from append to the watcher that has decoded it, sampled over all watchers."""
    url = f"sqlite:///{place / 'live.sqlite'}"
    await asyncio.to_thread(schema.ensure, url)
    db = Database(url)
    log = Log(db, crypto.load(place / "key", data_exists=False))
    stream = Stream(log, coalesce_ms=coalesce_ms)
    log.watch(stream)
    log.open()
    delays: list[float] = []
    watchers = [
        spawn(
            _watch(stream, delays, sampled=number % 10 == 0, one_by_one=one_by_one), name="watcher"
        )
        for number in range(_WATCHERS)
    ]
    await asyncio.sleep(0.2)
    await _tell(log)
    await log.flushed()
    await asyncio.sleep(1)
    stream.close()
    await stop(*watchers)
    await log.close()
    await db.close()
    return delays


async def _tell(log: Log) -> None:
    begun = time.perf_counter()
    for number in range(_RATE * _SECONDS):
        log.append("turn.text", {"text": "x" * 80, "t": time.perf_counter()}, turn_id="t")
        ahead = begun + (number + 1) / _RATE - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)


async def _watch(stream: Stream, delays: list[float], *, sampled: bool, one_by_one: bool) -> None:
    async for _cursor, batch in stream.frames(0, Filter()):
        now = time.perf_counter()
        frames = batch if one_by_one else [b"[" + b",".join(batch) + b"]"]
        for frame in frames:
            await asyncio.sleep(0)  # what a socket's write costs the loop at least
            if sampled:
                events = msgspec.json.decode(frame if not one_by_one else b"[" + frame + b"]")
                now = time.perf_counter()
                delays.extend(now - event["details"]["t"] for event in events)


def main() -> None:
    with folder() as place:
        ours = uvloop.run(measure(place, coalesce_ms=50, one_by_one=False))
    with folder() as place:
        other = uvloop.run(measure(place, coalesce_ms=1, one_by_one=True))
    p95, their_p95 = _p95(ours), _p95(other)
    rows = [
        Row(
            name=f"{_RATE} events/s to {_WATCHERS} watchers, 95th percentile",
            ours=milliseconds(p95),
            other=milliseconds(their_p95),
            ratio=their_p95 / p95,
            promised="100 ms",
        ),
        Row(
            name="  median",
            ours=milliseconds(statistics.median(ours)),
            other=milliseconds(statistics.median(other)),
        ),
    ]
    show("Live events", rows, note="alternative: one frame an event, nothing held back")


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


if __name__ == "__main__":
    main()
