"""One trace a turn, told to a collector once the turn has been given out: where `telemetry.otlp_endpoint` says so."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from sempre import tasks
from sempre.app.house import House
from sempre.events import Event, Log
from sempre.telemetry import metrics
from sempre.telemetry.traces import Trace, trace_of

if TYPE_CHECKING:
    from sempre.telemetry.otlp import Exporter

_log = structlog.stdlib.get_logger(__name__)
_TOGETHER = 1.0  # seconds; turns that end within it go in one request
_AT_ONCE = 50
_WAITING = 2000  # turns; what a collector that is away keeps us from telling is not told
_LONGEST = 20_000  # events of one turn
_PAGE = 1000


@asynccontextmanager
async def open_tracing(house: House) -> AsyncIterator[None]:
    """Nothing is imported, watched or sent where no collector is set."""
    endpoint = house.settings.telemetry.otlp_endpoint
    if not endpoint:
        yield
        return
    from sempre.telemetry.otlp import Exporter  # slow to import

    exporter = await asyncio.to_thread(Exporter, endpoint, node=house.node)
    tracer = Tracer(house.log, exporter)
    house.log.watch(tracer)
    task = tasks.spawn(tracer.run(), name="app.tracing")
    try:
        yield
    finally:
        await tasks.stop(task)
        await tracer.flush()
        await asyncio.to_thread(exporter.close)


class Tracer:
    """Give it to `Log.watch`: it sees which turns this process gives out."""

    def __init__(self, log: Log, exporter: "Exporter") -> None:
        self._log = log
        self._exporter = exporter
        self._turns: deque[str] = deque(maxlen=_WAITING)
        self._due = asyncio.Event()
        self._complained = False

    def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == "turn.published" and event.turn_id is not None:
                self._turns.append(event.turn_id)
                self._due.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._due.wait()
            await asyncio.sleep(_TOGETHER)
            self._due.clear()
            await self.flush()

    async def flush(self) -> None:
        """Tell what waits. What the collector does not take is counted and let go: the log has it all."""
        while self._turns:
            chosen = [self._turns.popleft() for _ in range(min(_AT_ONCE, len(self._turns)))]
            try:
                found = [await self._trace(turn_id) for turn_id in chosen]
                traces = [trace for trace in found if trace is not None]
                taken = await asyncio.to_thread(self._exporter.send, traces)
            except Exception:  # noqa: BLE001  (the edge: traces must never end what they watch)
                _log.exception("tracing.failed", turns=len(chosen))
                continue
            self._note(traces, taken=taken)

    async def _trace(self, turn_id: str) -> Trace | None:
        events: list[Event] = []
        while len(events) < _LONGEST:
            last = (events[-1].seq or 0) if events else 0
            page = await self._log.of_turn(turn_id, after=last, limit=_PAGE)
            events += page
            if len(page) < _PAGE:
                break
        return trace_of(events)

    def _note(self, traces: Sequence[Trace], *, taken: bool) -> None:
        count = sum(len(trace.spans) for trace in traces)
        metrics.SPANS.labels("taken" if taken else "refused").inc(count)
        if not taken and not self._complained:
            _log.warning(
                "tracing.refused",
                reason="The collector does not take traces. Check telemetry.otlp_endpoint and that it runs.",
            )
        self._complained = not taken
