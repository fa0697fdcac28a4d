"""What was asked and what was answered, call by call: the provider's own count, to hold a ledger against.

Kept in memory, the newest `keep` calls; written to a file as JSON lines when there is one.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import msgspec

from sempre import clock
from sempre.rehearsal.prompt import ToolResult
from sempre.rehearsal.usage import Usage

_SECRET_HEADERS = ("x-api-key", "authorization")
_LONGEST_PROMPT = 4_000


class Outcome(StrEnum):
    """How a call ended, seen from the provider."""

    OPEN = "open"
    ANSWERED = "answered"  # in full
    REFUSED = "refused"  # an error status
    BROKEN = "broken"  # a scripted cut or stream error
    GONE = "gone"  # the client hung up first


@dataclass
class Call:
    """One request. `usage` is what the client was told so far; None when it was told nothing."""

    number: int
    request_id: str
    at: datetime
    method: str
    path: str
    headers: Mapping[str, str]  # keys only as fingerprints
    expected: bool = True
    model: str | None = None
    stream: bool = False
    max_tokens: int = 0
    messages: int = 0
    tools: tuple[str, ...] = ()
    prompt: str = ""  # its end, when it is long
    results: tuple[ToolResult, ...] = ()
    size: int = 0
    status: int | None = None
    outcome: Outcome = Outcome.OPEN
    usage: Usage | None = None
    milliseconds: float | None = None
    begun: float = field(default_factory=clock.ticks, repr=False)

    @property
    def session(self) -> str:
        """Claude Code's session id; empty for another client."""
        return self.headers.get("x-claude-code-session-id", "")

    @property
    def agent(self) -> str | None:
        """The subagent that asked, if one did."""
        return self.headers.get("x-claude-code-agent-id")

    @property
    def key(self) -> str | None:
        """The fingerprint of the key that came with it."""
        return next((self.headers[name] for name in _SECRET_HEADERS if name in self.headers), None)

    @property
    def answered(self) -> bool:
        return self.outcome is Outcome.ANSWERED


class Record:
    """All calls, oldest first. Changed only by the server."""

    def __init__(self, path: Path | None = None, keep: int = 20_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._file: BinaryIO | None = path.open("ab", buffering=0) if path is not None else None
        self._number = 0
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def calls(self) -> list[Call]:
        return list(self._calls)

    @property
    def messages(self) -> list[Call]:
        """Only the calls for an answer: no probes, no counting, nothing unexpected."""
        return [
            call for call in self._calls if call.model is not None and call.path == "/v1/messages"
        ]

    @property
    def unexpected(self) -> list[Call]:
        """Requests that nobody should make. A test that finds one should fail."""
        return [call for call in self._calls if not call.expected]

    def total(self, calls: Iterable[Call] | None = None) -> Usage:
        """The sum of what the clients were told, of these calls or of all."""
        chosen = self._calls if calls is None else calls
        return sum((call.usage for call in chosen if call.usage is not None), Usage())

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._open > 0

    async def settled(self) -> None:
        """Wait until no call is under way, so that the numbers hold still."""
        await self._idle.wait()

    def begin(self, request_id: str, method: str, path: str, headers: Mapping[str, str]) -> Call:
        self._number += 1
        call = Call(self._number, request_id, clock.now(), method, path, _without_keys(headers))
        self._calls.append(call)
        self._open += 1
        self._idle.clear()
        return call

    def asked(self, call: Call) -> None:
        """Write down the question, once it is read; an answer may never come."""
        fields = ("headers", "expected", "model", "stream", "max_tokens", "messages", "tools")
        last = ("prompt", "results", "size")
        self._write("asked", call, {name: getattr(call, name) for name in (*fields, *last)})

    def end(self, call: Call, outcome: Outcome) -> None:
        if call.outcome is not Outcome.OPEN:
            return
        self._open -= 1
        if not self._open:
            self._idle.set()
        call.outcome = outcome
        call.milliseconds = round((clock.ticks() - call.begun) * 1000, 3)
        names = ("status", "outcome", "usage", "milliseconds")
        self._write("ended", call, {name: getattr(call, name) for name in names})

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, event: str, call: Call, fields: Mapping[str, object]) -> None:
        if self._file is None:
            return
        line = {
            "event": event,
            "number": call.number,
            "request_id": call.request_id,
            "at": clock.now(),
            "method": call.method,
            "path": call.path,
            "session": call.session,
            "agent": call.agent,
            **fields,
        }
        self._file.write(msgspec.json.encode(line) + b"\n")


def shorten(prompt: str) -> str:
    return prompt[-_LONGEST_PROMPT:]


def fingerprint(key: str) -> str:
    """What stands in the record in place of a key, so that no record holds one."""
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _without_keys(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name: fingerprint(value.removeprefix("Bearer ")) if name in _SECRET_HEADERS else value
        for name, value in headers.items()
    }
