"""What a turn's events say as one trace: accept, wait, attempts with their model calls and tools, approvals, publish.

Pure: events in, spans out. Built from the log when the turn has been given out, so that it is whole after any restart
and costs nothing while the turn runs. Ids are made from the turn's, so telling it twice tells the same. No text of
anyone is in it: names, figures and moments only.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre.telemetry.tally import Told

Value = str | int | float | bool
_END_OF_ATTEMPT = frozenset({"turn.retrying", "turn.ended"})
_END_OF_APPROVAL = frozenset({"approval.decided", "approval.expired", "approval.withdrawn"})


@dataclass(frozen=True, kw_only=True)
class Span:
    """`id` and `parent` are 16 hex digits; the root has no parent."""

    id: str
    parent: str | None
    name: str
    start: datetime
    end: datetime
    ok: bool = True
    attributes: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, kw_only=True)
class Trace:
    """`id` is 32 hex digits."""

    id: str
    spans: Sequence[Span]


def trace_of(events: Sequence[Told]) -> Trace | None:
    """Of a turn's events the newest run: a turn that a person had tried again gets a trace of its own each time.
    None as long as it was not given out."""
    ends = [at for at, event in enumerate(events) if event.kind == "turn.published"]
    if not ends:
        return None
    runs, first = len(ends), ends[-2] + 1 if len(ends) > 1 else 0
    turn_id = next((event.turn_id for event in events if event.turn_id), "")
    run = events[first : ends[-1] + 1]
    return Trace(
        id=_digits(f"{turn_id}/{runs}", 32), spans=list(_Run(f"{turn_id}/{runs}", run).spans())
    )


class _Run:
    def __init__(self, name: str, events: Sequence[Told]) -> None:
        self._name = name
        self._events = events
        self._root = self._id("turn")

    def spans(self) -> Iterator[Span]:
        first, last = self._events[0], self._events[-1]
        ended = next((each for each in self._events if each.kind == "turn.ended"), last)
        yield self._span(
            "turn",
            first.at,
            last.at,
            parent=None,
            ok=ended.details.get("state") != "failed",
            turn=first.turn_id or "",
            channel=first.channel or "",
            state=_word(ended, "state"),
        )
        yield self._span("accept", first.at, first.at)
        yield from self._attempts()
        yield from self._between("approval", "approval.asked", _END_OF_APPROVAL, "approval_id")
        yield self._span("publish", ended.at, last.at)

    def _attempts(self) -> Iterator[Span]:
        """Each attempt with what happened in it, and the wait before it."""
        free, began = self._events[0].at, None
        for at, event in enumerate(self._events):
            if event.kind == "turn.started":
                yield self._span(f"wait {at}", free, event.at)
                began = at
            elif event.kind in _END_OF_ATTEMPT and began is not None:
                yield from self._attempt(began, at)
                free, began = event.at, None

    def _attempt(self, began: int, ended: int) -> Iterator[Span]:
        start, end = self._events[began], self._events[ended]
        ok = end.kind == "turn.ended" and end.details.get("state") == "answered"
        span = self._span(
            f"attempt {began}",
            start.at,
            end.at,
            ok=ok,
            session=_word(start, "session_id"),
            resumed=start.details.get("resumed") is True,
            ending=_word(end, "ending") or _word(end, "state"),
        )
        yield span
        inside = self._events[began:ended]
        for at, event in enumerate(inside, began):
            if event.kind == "turn.usage":
                yield self._call(at, event, span.id)
            elif event.kind == "turn.tool_refused":
                yield self._span(
                    f"tool {at}",
                    event.at,
                    event.at,
                    parent=span.id,
                    ok=False,
                    tool=_word(event, "tool"),
                    rule=_word(event, "rule"),
                )
        yield from self._between(
            "tool", "turn.tool", frozenset({"turn.tool_result"}), "call_id", span.id, inside
        )

    def _call(self, at: int, event: Told, parent: str) -> Span:
        lasted = event.details.get("duration_ms")
        start = event.at - timedelta(milliseconds=lasted if isinstance(lasted, int) else 0)
        return self._span(
            f"call {at}",
            start,
            event.at,
            parent=parent,
            model=_word(event, "model"),
            input_tokens=_number(event, "input_tokens"),
            output_tokens=_number(event, "output_tokens"),
            cost_micros=_number(event, "cost_micros"),
        )

    def _between(
        self,
        name: str,
        begins: str,
        ends: frozenset[str],
        key: str,
        parent: str = "",
        events: Sequence[Told] = (),
    ) -> Iterator[Span]:
        """Pairs of events that belong together by what stands under `key`."""
        begun: dict[str, Told] = {}
        for event in events or self._events:
            word = _word(event, key)
            if event.kind == begins:
                begun[word] = event
            elif event.kind in ends and word in begun:
                start = begun.pop(word)
                ok = event.details.get("ok") is not False
                tool = _word(start, "tool")
                yield self._span(
                    f"{name} {word}",
                    start.at,
                    event.at,
                    parent=parent or self._root,
                    ok=ok,
                    tool=tool,
                )

    def _span(
        self,
        name: str,
        start: datetime,
        end: datetime,
        *,
        parent: str | None = "",
        ok: bool = True,
        **attributes: Value,
    ) -> Span:
        """The first word of `name` is what people see; the rest makes the id its own."""
        return Span(
            id=self._root if parent is None else self._id(name),
            parent=self._root if parent == "" else parent,
            name=name.partition(" ")[0],
            start=start,
            end=max(start, end),
            ok=ok,
            attributes=attributes,
        )

    def _id(self, what: str) -> str:
        return _digits(f"{self._name}/{what}", 16)


def _digits(text: str, count: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:count]


def _word(event: Told, name: str) -> str:
    value = event.details.get(name)
    return value if isinstance(value, str) else ""


def _number(event: Told, name: str) -> int:
    value = event.details.get(name)
    return value if isinstance(value, int) else 0
