"""One fact. Its JSON is made once, however many pages watch."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import msgspec

from sempre import clock
from sempre.text import plain

Details = Mapping[str, object]
# JSON may hold these as they are, but clients that read a stream line by line end a line there.
_LINE_ENDS = tuple((end.encode(), b"\\u%04x" % ord(end)) for end in "\x85\u2028\u2029")


class Event(msgspec.Struct, frozen=True, dict=True):
    """`id` rises by one in the order of commit; `seq` counts 1, 2, 3 … within the turn."""

    id: int
    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    seq: int | None
    details: Details

    @cached_property
    def encoded(self) -> bytes:
        text = msgspec.json.encode(self)
        for raw, escaped in _LINE_ENDS:
            text = text.replace(raw, escaped)
        return text


class Draft(msgspec.Struct, frozen=True):
    """An event on its way to the log, without its numbers. Its details can be written: `draft` sees to that."""

    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    details: Details


def draft(kind: str, details: Details, channel: str | None, turn_id: str | None) -> Draft:
    """A draft of now. The details are copied; what is no JSON in them is made fit for it."""
    kept: Details = dict(details)
    try:
        msgspec.json.encode(kept)
    except (TypeError, ValueError, RecursionError):
        kept = {str(name): plain(value) for name, value in kept.items()}
    return Draft(clock.now(), kind, channel, turn_id, kept)
