"""What was written down in the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct


class Event(Struct, frozen=True):
    id: int
    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    seq: int | None
    details: Mapping[str, object]


class EventPage(Struct, frozen=True):
    items: Sequence[Event]
    next: int | None
