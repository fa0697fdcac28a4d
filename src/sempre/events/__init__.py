"""The log of what happened: one append-only table, written in batches, read by cursor, streamed live."""

from sempre.events.archive import Archive
from sempre.events.event import Event
from sempre.events.log import Log
from sempre.events.relay import Relay
from sempre.events.stream import Filter, Stream

__all__ = ["Archive", "Event", "Filter", "Log", "Relay", "Stream"]
