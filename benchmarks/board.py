"""A running card's log page with 1,000 cards and 100,000 lines while it is written to, with a cache of five minutes and
without, in one run.

`python -m benchmarks.board`
"""

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import structlog
import uvloop

from benchmarks.sempre_process import folder
from benchmarks.table import Row, milliseconds, show
from sempre import crypto
from sempre.board import CardText, Request
from sempre.db import Database, schema
from sempre.events import Event, Log
from sempre.tasks import spawn, stop
from tests.api.board_rig import Bench, new_bench
from tests.api.house import House, build
from tests.support.store import Store

_CARDS = 1000
_LINES = 100_000
_STAGES = 4
_READS = 200
_WRITES = 20  # lines a second while it is read: as fast as text streams in
_CACHED_SECONDS = 300.0
_PROMISED = 0.020

Ask = Callable[[str], Awaitable[bytes]]


@dataclass
class Cache:
    """What the alternative is: answers kept for five minutes, and dropped when their card's log is written to."""

    ask: Ask
    kept: dict[str, tuple[float, bytes]] = field(default_factory=dict[str, tuple[float, bytes]])
    asked: int = 0
    hits: int = 0

    async def __call__(self, path: str) -> bytes:
        self.asked += 1
        good_until, answer = self.kept.get(path, (0.0, b""))
        if good_until > time.monotonic():
            self.hits += 1
            return answer
        answer = await self.ask(path)
        self.kept[path] = time.monotonic() + _CACHED_SECONDS, answer
        return answer

    def publish(self, events: Sequence[Event]) -> None:
        if events:
            self.kept.clear()


@dataclass(frozen=True)
class Read:
    """Seconds that it took by the clock, and of this process's processor time. On a machine that others use as well
    the first says more of them than of us."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Timed:
    newest: list[Read]
    poll: list[Read]
    old: list[Read]


async def fill(place: Path) -> tuple[House, Bench, str, str]:
    """A house whose board holds all that; a running card's key, and the turn that it writes to."""
    url = f"sqlite:///{place / 'sempre.sqlite'}"
    await asyncio.to_thread(schema.ensure, url)
    db, keyring = Database(url), crypto.load(place / "key", data_exists=False)
    log = Log(db, keyring)
    log.open()
    store = Store(url=url, db=db, keyring=keyring, log=log)
    (place / ".sempre").mkdir()
    house = build(store, place)
    bench = await new_bench(store, house.parts.board, place)
    for number in range(_CARDS):
        text = CardText(title=f"Card {number}", description="What is to be done. " * 20)
        await bench.board.cards.create("shop", text, by="owner")
    run_id = await bench.board.commands.run(
        (await bench.board.cards.get("SHOP-1")).id, Request(), by="owner"
    )
    turn_id = ""
    for stage in range(_STAGES):
        visit = await bench.visit(run_id)
        turn_id = visit.turn_id or ""
        for number in range(_LINES // _STAGES):
            write(log, turn_id, number)
        await log.flushed()
        if stage < _STAGES - 1:
            await bench.end(visit)
    return house, bench, "SHOP-1", turn_id


def write(log: Log, turn_id: str, number: int) -> None:
    """As an agent does: a few pieces of text, then a tool."""
    channel = "board:shop/SHOP-1"
    if number % 5:
        details: dict[str, object] = {
            "block": number // 5,
            "text": "It reads the file, then it. " * 3,
        }
        log.append("turn.text", details, channel=channel, turn_id=turn_id)
    else:
        details = {"call_id": f"c{number}", "tool": "Bash", "input": {"command": "pytest -q"}}
        log.append("turn.tool", details, channel=channel, turn_id=turn_id)


async def measure(ask: Ask, key: str) -> Timed:
    chance = random.Random(1)
    timed = Timed([], [], [])
    await ask(f"/api/logs/{key}")
    for _ in range(_READS):
        since = _LINES - chance.randrange(20)
        old = chance.randrange(_LINES)
        for path, reads in (
            (f"/api/logs/{key}", timed.newest),
            (f"/api/logs/{key}?after={since}", timed.poll),
            (f"/api/logs/{key}?after={old}", timed.old),
        ):
            reads.append(await _timed(ask, path))
            await asyncio.sleep(0.01)
    return timed


async def keep_writing(log: Log, turn_id: str) -> None:
    number = 0
    while True:
        write(log, turn_id, number)
        number += 1
        await asyncio.sleep(1 / _WRITES)


async def run(place: Path) -> tuple[Timed, Timed, Cache, list[Read]]:
    house, bench, key, turn_id = await fill(place)
    log = bench.store.log
    async with house.operator() as client:
        ask = _asking(client)
        cache = Cache(ask)
        log.watch(cache)
        gc.collect()
        gc.freeze()  # as `sempre up` does once it is ready
        writer = spawn(keep_writing(log, turn_id), name="writer")
        plain = await measure(ask, key)
        cached = await measure(cache, key)
        lists = [await _timed(ask, "/api/cards") for _ in range(20)]
        await stop(writer)
    await log.close()
    await bench.store.db.close()
    return plain, cached, cache, lists


def _asking(client: httpx2.AsyncClient) -> Ask:
    async def ask(path: str) -> bytes:
        answer = await client.get(path)
        answer.raise_for_status()
        return answer.content

    return ask


async def _timed(ask: Ask, path: str) -> Read:
    begun, used = time.perf_counter(), time.process_time()
    await ask(path)
    return Read(time.perf_counter() - begun, time.process_time() - used)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    with folder() as place:
        plain, cached, cache, lists = uvloop.run(run(place))
    rows = [
        _row("the newest page", plain.newest, cached.newest),
        _row("what came since", plain.poll, cached.poll),
        _row("a page from anywhere", plain.old, cached.old),
        Row(name=f"all {_CARDS} cards, 95th percentile", ours=_said(lists)),
    ]
    note = (
        f"{_LINES} lines, {_WRITES} more a second; alternative: answers cached for five minutes, dropped when the log is "
        f"written to; {cache.hits} of {cache.asked} reads found theirs"
    )
    show("A running card's log", rows, note=note)


def _row(name: str, ours: list[Read], other: list[Read]) -> Row:
    return Row(
        name=f"{name}, 95th percentile",
        ours=_said(ours),
        other=_said(other),
        ratio=_p95([each.clock for each in other]) / _p95([each.clock for each in ours]),
        promised=milliseconds(_PROMISED),
    )


def _said(reads: list[Read]) -> str:
    clock = [each.clock for each in reads]
    processor = _p95([each.processor for each in reads])
    return (
        f"{milliseconds(_p95(clock))} (median {milliseconds(statistics.median(clock))}, "
        f"processor {milliseconds(processor)})"
    )


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


if __name__ == "__main__":
    main()
