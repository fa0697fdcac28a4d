"""Notes on the trail how tool calls ended, as the event log tells it: give it to `Log.watch`.

It sees what this process wrote, once it is committed. What was asked and allowed is recorded by the gate, before."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sempre.contract.audit import Audit

_EXIT = re.compile(r"\s*(?:Error:\s*)?Exit code (\d{1,3})\b")
_REMEMBERED = 10_000  # calls under way
_SHELL = "Bash"


class Told(Protocol):
    """What it needs of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def turn_id(self) -> str | None: ...
    @property
    def details(self) -> Mapping[str, object]: ...


class Witness:
    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._tools: OrderedDict[str, str] = OrderedDict()
        self._sees: Mapping[str, Callable[[Told], None]] = {
            "turn.tool": self._begun,
            "turn.tool_result": self._ended,
        }

    def publish(self, events: Sequence[Told]) -> None:
        for event in events:
            if see := self._sees.get(event.kind):
                see(event)

    def _begun(self, event: Told) -> None:
        self._tools[str(event.details.get("call_id"))] = str(event.details.get("tool"))
        while len(self._tools) > _REMEMBERED:
            self._tools.popitem(last=False)

    def _ended(self, event: Told) -> None:
        call_id = str(event.details.get("call_id"))
        tool, ok = self._tools.pop(call_id, None), event.details.get("ok") is True
        details: dict[str, object] = {
            "call_id": call_id,
            "tool": tool,
            "ok": ok,
            "duration_ms": event.details.get("duration_ms"),
        }
        if tool == _SHELL and (code := _exit_code(event, ok=ok)) is not None:
            details["exit_code"] = code
        self._audit.note(
            "action.ended",
            by=f"agent:{event.channel}",
            channel=event.channel,
            turn_id=event.turn_id,
            details=details,
        )


def _exit_code(event: Told, *, ok: bool) -> int | None:
    """Claude Code says it in words, when it was not 0; nothing for a command that did not run."""
    if ok:
        return 0
    said = _EXIT.match(str(event.details.get("output", "")))
    return int(said.group(1)) if said else None
