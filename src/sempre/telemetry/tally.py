"""Counts what the event log tells, so that nothing else has to count: give it to `Log.watch`.

It sees what this process wrote; on several machines Prometheus adds the processes up.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from prometheus_client import Histogram

from sempre.telemetry import metrics

_REMEMBERED = 10_000  # moments of turns under way


class Told(Protocol):
    """What it needs of an event."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def turn_id(self) -> str | None: ...
    @property
    def details(self) -> Mapping[str, object]: ...


class Tally:
    def __init__(self) -> None:
        self._moments: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._counts: Mapping[str, Callable[[Told], None]] = {
            "turn.accepted": self._accepted,
            "turn.started": self._started,
            "turn.retrying": _retrying,
            "turn.ended": self._ended,
            "turn.published": self._published,
            "turn.usage": _used,
            "turn.tool_result": _tool_ended,
            "turn.tool_refused": lambda _event: metrics.TOOL_CALLS.labels("refused").inc(),
            "approval.decided": _decided,
            "approval.expired": _approval,
            "approval.withdrawn": _approval,
            "approval.covered": _approval,
            "approval.unattended": _approval,
            "gateway.refused": lambda _event: metrics.GATEWAY_REFUSALS.inc(),
            "session.started": _session,
            "session.resumed": _session,
            "session.lost": _session,
            "session.stopped": _session,
            "run.ended": _run_ended,
            "run.stage_ended": _stage_ended,
            "system.started": _system_started,
        }

    def publish(self, events: Sequence[Told]) -> None:
        for event in events:
            if count := self._counts.get(event.kind):
                count(event)

    def _accepted(self, event: Told) -> None:
        metrics.TURNS_ACCEPTED.inc()
        self._mark("accepted", event)

    def _started(self, event: Told) -> None:
        metrics.ATTEMPTS.labels(str(event.details.get("resumed") is True).lower()).inc()
        if self._observe_since("accepted", event, metrics.ACCEPT_TO_START):
            self._mark("started", event)

    def _ended(self, event: Told) -> None:
        metrics.TURNS_ENDED.labels(_word(event, "state")).inc()
        self._observe_since("started", event, metrics.START_TO_ANSWER)
        self._mark("ended", event)

    def _published(self, event: Told) -> None:
        self._observe_since("ended", event, metrics.ANSWER_TO_PUBLISH)

    def _mark(self, moment: str, event: Told) -> None:
        if event.turn_id is not None:
            self._moments[event.turn_id, moment] = event.at
        while len(self._moments) > _REMEMBERED:
            self._moments.popitem(last=False)

    def _observe_since(self, moment: str, event: Told, metric: Histogram) -> bool:
        """Whether that moment was seen here, and not counted yet: of several attempts the first one tells."""
        then = self._moments.pop((event.turn_id or "", moment), None)
        if then is not None:
            metric.observe(max((event.at - then).total_seconds(), 0))
        return then is not None


def _retrying(event: Told) -> None:
    metrics.RETRIES.labels(_word(event, "ending")).inc()


def _tool_ended(event: Told) -> None:
    metrics.TOOL_CALLS.labels("ok" if event.details.get("ok") else "error").inc()


def _decided(event: Told) -> None:
    metrics.APPROVALS.labels(_word(event, "decision")).inc()
    waited = event.details.get("waited_seconds")
    if isinstance(waited, int | float):
        metrics.APPROVAL_WAIT.observe(waited)


def _approval(event: Told) -> None:
    metrics.APPROVALS.labels(event.kind.removeprefix("approval.")).inc()


def _session(event: Told) -> None:
    metrics.SESSION_EVENTS.labels(event.kind.removeprefix("session.")).inc()


def _run_ended(event: Told) -> None:
    metrics.RUNS_ENDED.labels(_word(event, "kind"), _word(event, "state")).inc()


def _stage_ended(event: Told) -> None:
    seconds = event.details.get("seconds")
    if isinstance(seconds, int | float):
        labels = (_word(event, "stage"), _word(event, "result"))
        metrics.STAGE_SECONDS.labels(*labels).observe(seconds)


def _system_started(event: Told) -> None:
    metrics.STARTS.labels(_word(event, "mode")).inc()


def _used(event: Told) -> None:
    model = _word(event, "model")
    metrics.MODEL_CALLS.labels(model).inc()
    for kind in ("input", "output", "cache_read", "cache_write"):
        count = event.details.get(f"{kind}_tokens")
        if isinstance(count, int):
            metrics.TOKENS.labels(model, kind).inc(count)
    cost = event.details.get("cost_micros")
    if isinstance(cost, int):
        metrics.COST.labels(model).inc(cost / 1_000_000)
    else:
        metrics.UNPRICED_CALLS.labels(model).inc()


def _word(event: Told, name: str) -> str:
    return str(event.details.get(name, "unknown"))
