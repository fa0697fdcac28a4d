"""What a model costs."""

from msgspec import Struct


class Price(Struct, frozen=True):
    model: str
    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_hour: int
    own: bool
