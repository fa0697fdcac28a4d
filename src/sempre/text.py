"""Text that came from outside and may not be whole: half of an emoji, where somebody cut at a number of characters."""

from collections.abc import Iterable, Mapping
from typing import cast


def mended(text: str) -> str:
    """The same text, fit to be written as UTF-8: two halves that belong together are joined, single ones replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(value: object) -> object:
    """The same value, made of what JSON knows, with mended texts; anything else becomes its repr."""
    if isinstance(value, str):
        return mended(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {mended(str(name)): plain(each) for name, each in pairs.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in cast("Iterable[object]", value)]
    return mended(repr(value))
