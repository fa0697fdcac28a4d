"""A run's events as the lines that programs outside know: info, text, tool, error. Pure.

Pieces of one text become one line. Each line covers the events from `sequence` to `last_sequence`; those that say
nothing by themselves are covered by a neighbour, so that the lines of a page leave no gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sempre.approvals.headline import headline
from sempre.board.words import Stage
from sempre.events import Event
from sempre.parsed import fields

Type = Literal["info", "text", "tool", "error"]
_PIECES = frozenset({"turn.text", "turn.thinking", "turn.output"})
_SILENT = frozenset({"turn.usage"})
_ERRORS = frozenset({"turn.tool_refused", "turn.retrying", "session.lost", "budget.reached"})
_SAID = ("message", "reason", "head", "headline", "text", "where")  # what says most, first


@dataclass(frozen=True)
class Told:
    """An event at its place in the run's log."""

    sequence: int
    stage: Stage
    position: int
    event: Event


@dataclass(frozen=True, kw_only=True)
class Line:
    """`continues`: its text goes on that of the line before this page. `call` joins a tool's call and its result."""

    sequence: int
    last_sequence: int
    timestamp: datetime
    type: Type
    content: str
    kind: str
    stage: Stage
    position: int
    turn_id: str | None
    call: str | None
    parent: str | None
    continues: bool


@dataclass(slots=True)
class _Draft:
    """A line that may still grow."""

    told: Told
    sequence: int
    last_sequence: int
    continues: bool
    more: list[str]


def lines_of(told: Sequence[Told], before: Event | None) -> list[Line]:
    """`before` is the event before the first one, where there is one."""
    drafts: list[_Draft] = []
    last = before
    uncovered: int | None = None
    for each in told:
        event, at = each.event, each.sequence
        if event.kind in _SILENT:
            if drafts:
                drafts[-1].last_sequence = at
            elif uncovered is None:
                uncovered = at
            continue
        goes_on = last is not None and _is_piece_of(event, last)
        if goes_on and drafts:
            drafts[-1].last_sequence = at
            drafts[-1].more.append(_text(event.details))
        else:
            drafts.append(_Draft(each, at if uncovered is None else uncovered, at, goes_on, []))
            uncovered = None
        last = event
    return [_line(draft) for draft in drafts]


def type_of(event: Event) -> Type:
    match event.kind:
        case "turn.text":
            return "text"
        case "turn.tool" | "turn.command" | "turn.output":
            return "tool"
        case "turn.tool_result":
            return "tool" if event.details.get("ok") else "error"
        case "turn.command_ended":
            return "error" if event.details.get("code") else "info"
        case "turn.ended":
            return "error" if event.details.get("state") == "failed" else "info"
        case kind:
            return "error" if kind in _ERRORS else "info"


def content_of(event: Event) -> str:
    """What a person reads of it."""
    details = event.details
    match event.kind:
        case "turn.text" | "turn.thinking" | "turn.output":
            return _text(details)
        case "turn.command":
            return f"$ {details.get('command')}"
        case "turn.command_ended":
            return f"Exit code {details.get('code')}."
        case "turn.tool":
            return headline(str(details.get("tool")), fields(details.get("input")))
        case "turn.tool_result":
            return str(details.get("output") or "")
        case "turn.tool_refused":
            return f"{details.get('tool')} was refused: {details.get('reason')}"
        case "turn.started":
            return f"Attempt {details.get('attempt')} begins."
        case "turn.ended":
            why = fields(details.get("failure")).get("message")
            return f"{details.get('state')}: {why}" if why else str(details.get("state"))
        case kind:
            said = next((details[name] for name in _SAID if details.get(name)), None)
            return f"{kind}: {said}" if said else kind


def _line(draft: _Draft) -> Line:
    told, event = draft.told, draft.told.event
    return Line(
        sequence=draft.sequence,
        last_sequence=draft.last_sequence,
        timestamp=event.at,
        type=type_of(event),
        content="".join([content_of(event), *draft.more]),
        kind=event.kind,
        stage=told.stage,
        position=told.position,
        turn_id=event.turn_id,
        call=_name(event.details.get("call_id")),
        parent=_name(event.details.get("parent")),
        continues=draft.continues,
    )


def _is_piece_of(event: Event, last: Event) -> bool:
    """Whether both are pieces of one text."""
    return (
        event.kind in _PIECES
        and (event.kind, event.turn_id) == (last.kind, last.turn_id)
        and event.details.get("block") == last.details.get("block")
        and event.details.get("parent") == last.details.get("parent")
    )


def _text(details: Mapping[str, object]) -> str:
    return str(details.get("text") or "")


def _name(value: object) -> str | None:
    return value if isinstance(value, str) else None
