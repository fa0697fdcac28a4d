"""Reads what the provider counted out of its answer while the answer passes by.

It never holds anything back: bytes are fed to it, and it remembers the numbers. The events and their cumulative
usage are those of the Messages API's streaming reference. Numbers of a wrong kind count as not said.
"""

from collections.abc import Iterator, Mapping

import msgspec

from sempre.contract.gate import Extras
from sempre.contract.messages import Usage

_LONGEST_LINE = 8 * 1024 * 1024  # no event that counts tokens comes near
_LONGEST_ANSWER = 64 * 1024 * 1024
_MOST_TOKENS = 10**12  # more in one call is nonsense, and would not fit the ledger
_MARKS = (b'"message_start"', b'"message_delta"', b'"message_stop"')

_Json = dict[str, object]


class _Message(msgspec.Struct):
    model: str | None = None
    usage: _Json | None = None


class _Delta(msgspec.Struct):
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str = ""
    message: _Message | None = None
    delta: _Delta | None = None
    usage: _Json | None = None


class Tally:
    """The numbers of one call: later ones take the place of earlier ones, since usage is cumulative."""

    def __init__(self) -> None:
        self.model: str | None = None
        self.complete = False
        self._said: _Json = {}

    @property
    def usage(self) -> Usage | None:
        """None as long as nothing was counted."""
        if not self._said:
            return None
        return Usage(
            input_tokens=_number(self._said, "input_tokens"),
            output_tokens=_number(self._said, "output_tokens"),
            cache_read_tokens=_number(self._said, "cache_read_input_tokens"),
            cache_write_tokens=_number(self._said, "cache_creation_input_tokens"),
            cost_micros=None,
        )

    @property
    def extras(self) -> Extras:
        return Extras(
            long_cache_tokens=_number(
                _part(self._said, "cache_creation"), "ephemeral_1h_input_tokens"
            ),
            searches=_number(_part(self._said, "server_tool_use"), "web_search_requests"),
            fast=self._said.get("speed") == "fast",
            us_only=self._said.get("inference_geo") == "us",
        )

    def add(self, usage: Mapping[str, object] | None) -> None:
        if usage is not None:
            self._said.update({name: value for name, value in usage.items() if value is not None})


class StreamReader:
    """For an answer as server-sent events, in pieces of any size."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._lines = _Lines()
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        for line in self._lines.feed(piece):
            if line.startswith(b"data:"):
                self._data.append(line[5:])
            elif not line and self._data:
                self._read(b"\n".join(self._data))
                self._data.clear()

    def finish(self) -> None:
        """The answer is over. An event that was not closed by an empty line does not count, as in the standard."""

    def _read(self, data: bytes) -> None:
        if not any(mark in data for mark in _MARKS):
            return
        try:
            event = msgspec.json.decode(data, type=_Event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        match event.type:
            case "message_start" if event.message is not None:
                self.tally.model = event.message.model
                self.tally.add(event.message.usage)
            case "message_delta":
                self.tally.add(event.usage)
                if event.delta is not None and event.delta.stop_reason is not None:
                    self.tally.complete = event.usage is not None
            case "message_stop":
                self.tally.complete = self.tally.usage is not None
            case _:
                pass


class AnswerReader:
    """For an answer as one JSON message."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._body = bytearray()

    def feed(self, piece: bytes) -> None:
        if len(self._body) <= _LONGEST_ANSWER:
            self._body += piece

    def finish(self) -> None:
        try:
            message = msgspec.json.decode(self._body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        self.tally.model = message.model
        self.tally.add(message.usage)
        self.tally.complete = self.tally.usage is not None


class _Lines:
    """Cuts bytes into lines that end in LF, CR or CRLF; a line that is far too long is left out."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        lines = (self._rest + piece).splitlines(keepends=True)
        # A CR at the very end may be the first half of a CRLF.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        for line in lines:
            if not self._skipping:
                yield line.rstrip(b"\r\n")
            self._skipping = False
        if len(self._rest) > _LONGEST_LINE:
            self._rest, self._skipping = b"", True


def _part(said: Mapping[str, object], name: str) -> Mapping[str, object]:
    try:
        return msgspec.convert(said.get(name), type=_Json)
    except msgspec.ValidationError:
        return {}


def _number(said: Mapping[str, object], name: str) -> int:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), _MOST_TOKENS)
