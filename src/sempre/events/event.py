"""One fact. Its JSON is made once, however many pages watch."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import msgspec

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
    """An event on its way to the log, without its numbers."""

    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    details: Details
