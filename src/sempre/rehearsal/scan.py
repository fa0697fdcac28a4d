"""Finds `[[name:value]]` directives in a text, in one pass. Knows brackets and JSON, not what a name means.

A value ends at its matching `]]`, so directives may stand inside a directive's value. A value that is JSON
(after `JSON_AFTER_WORD`, a word first) is read as JSON, so it may contain `]]`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"\[\[(?P<name>[a-z]+)(?P<value>:)?(?(value)|(?=\]\]))|(?P<close>\]{2,})")
_JSON_START = re.compile(r"\s*(?:[\w.-]+\s+)?(?=[\[{\"])")
_JSON_TOKEN = re.compile(
    r"""\s*(?:(?P<opens>[\[{])|(?P<closes>[\]}])|"(?:[^"\\]++|\\.)*+"|[,:]|true|false|null|-?\d[\d.eE+-]*)"""
)
_CLOSE = re.compile(r"\s*\]\]")


@dataclass(frozen=True)
class Directive:
    """One `[[name:value]]` as written; `value` is empty when there was none."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class _Opening:
    name: str
    begin: int
    value: int


def find_directives(text: str) -> list[Directive]:
    """The outermost directives, in order. An opening that is never closed is plain text."""
    found: list[tuple[int, int, Directive]] = []
    for opening, value_end, end in _pairs(text):
        while found and found[-1][0] > opening.begin:
            found.pop()  # it stands inside this one
        directive = Directive(
            opening.name, text[opening.value : value_end], text[opening.begin : end]
        )
        found.append((opening.begin, end, directive))
    return [directive for _, _, directive in found]


def _pairs(text: str) -> Iterator[tuple[_Opening, int, int]]:
    """Each opening with the end of its value and its own end, innermost first."""
    open_ones: list[_Opening] = []
    at = 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        if mark["close"]:
            # In `]]]]]` with two open, the last four brackets close and the first is text.
            closing = min(len(mark["close"]) // 2, len(open_ones))
            for place in range(closing, 0, -1):
                end = at - 2 * (place - 1)
                yield open_ones.pop(), end - 2, end
            continue
        opening = _Opening(mark["name"], mark.start(), at)
        ending = _after_json(text, at) if mark["value"] else None
        if ending is None:
            open_ones.append(opening)
        else:
            yield opening, ending[0], ending[1]
            at = ending[1]


def _after_json(text: str, begin: int) -> tuple[int, int] | None:
    """Where a value that looks like JSON ends, and the directive with it; None when `]]` doesn't follow.

    Only brackets and strings are matched: json's own decoder counts lines at each error, which made a
    prompt of many broken directives take minutes.
    """
    start = _JSON_START.match(text, begin)
    if start is None:
        return None
    at, depth = start.end(), 0
    while token := _JSON_TOKEN.match(text, at):
        at = token.end()
        depth += bool(token["opens"]) - bool(token["closes"])
        if depth <= 0:
            close = _CLOSE.match(text, at)
            return None if close is None else (at, close.end())
    return None
