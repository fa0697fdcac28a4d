"""Where the time and the memory of a running Sempre went."""

from collections.abc import Sequence

from msgspec import Struct


class BusyFunction(Struct, frozen=True):
    name: str
    percent: int


class Profile(Struct, frozen=True):
    cpu: str
    memory: str
    samples: int
    top: Sequence[BusyFunction]
    rss_bytes: int
    grown_bytes: int
