"""How a log line looks: JSON for the file, one readable line for a terminal. Secrets and control characters are
taken out here, last, so that no way around exists: neither an exception's text nor another library's message."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

import orjson
from structlog.typing import EventDict, WrappedLogger

from sempre.telemetry.concealment import without_secrets
from sempre.telemetry.escape import indented, json_line, one_line
from sempre.text import mended, plain

_FIRST = ("timestamp", "level", "event")
_COLOURS = {"debug": "2", "info": "36", "warning": "33", "error": "31", "critical": "1;31"}
_HIDDEN = frozenset({"timestamp", "level", "event", "logger", "exception", "stack"})
_LONGEST = 4000  # characters of one value in a terminal


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    ordered = {name: event.pop(name) for name in _FIRST if name in event} | dict(event)
    clean = _clean(plain(ordered))
    try:
        text = orjson.dumps(clean).decode()
    except TypeError:  # numbers that are longer than orjson's
        text = json.dumps(clean)
    return json_line(text)


def _clean(value: object) -> object:
    """Secrets are looked for in each text before it is written as JSON, which would hide them from the search."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return {without_secrets(name): _clean(each) for name, each in pairs.items()}
    if isinstance(value, list):
        return [_clean(each) for each in cast("list[object]", value)]
    return value


class Readable:
    """`11:22:33 info  turn.accepted  channel=files:coder number=1`, and a traceback below it, set in."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> str:
        level = str(event.get("level", "info"))
        parts = [
            self._paint("2", _time(event.get("timestamp"))),
            self._paint(_COLOURS.get(level, "0"), f"{level:<8}"),
            self._paint("1", one_line(without_secrets(mended(str(event.get("event", "")))))),
            *(self._paint("2", text) for text in _values(event)),
        ]
        lines = [" ".join(part for part in parts if part)]
        lines += [
            indented(without_secrets(mended(str(event[name]))))
            for name in ("stack", "exception")
            if event.get(name)
        ]
        return "\n".join(lines)

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours and text else text


def _values(event: Mapping[str, object]) -> Iterable[str]:
    for name, value in event.items():
        if name not in _HIDDEN:
            text = one_line(
                without_secrets(mended(value if isinstance(value, str) else repr(value)))
            )
            yield f"{one_line(without_secrets(str(name)))}={text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}"


def _time(stamp: object) -> str:
    """The local time of day; the file has the whole of it, in UTC."""
    return datetime.fromisoformat(str(stamp)).astimezone().strftime("%H:%M:%S") if stamp else ""
