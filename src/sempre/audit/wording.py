"""Details as the trail keeps them: readable, bounded, and recognisable where they were cut."""

import hashlib
from collections.abc import Mapping
from typing import cast

from sempre.text import mended

_LONGEST = 8_000  # characters of one text; what a file shall contain is not for the trail
_MOST = 200  # entries of one list or object
_DEEPEST = 6


def shortened(given: Mapping[str, object]) -> Mapping[str, object]:
    """Long texts are cut, and named by the hash of the whole."""
    return {str(name): _value(each, 0) for name, each in list(given.items())[:_MOST]}


def _value(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        pairs = list(cast("Mapping[object, object]", value).items())[:_MOST]
        return {_text(str(name)): _value(each, depth + 1) for name, each in pairs}
    if isinstance(value, list | tuple):
        return [_value(each, depth + 1) for each in cast("list[object]", value)[:_MOST]]
    return _text(str(value))


def _text(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    whole = hashlib.sha256(mended(text).encode()).hexdigest()
    return f"{text[:_LONGEST]}… [{len(text)} characters, sha256 {whole}]"
