"""Reads a review's verdict from what the agent said. Pure; anything that has not the form is no verdict."""

import re
from typing import Literal

import msgspec

from sempre.board.run import Verdict, VerdictComment

_BLOCK = re.compile(r"^```[ \t]*(?:json)?[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_MOST_COMMENTS = 200
_LONGEST = 10_000


class _Comment(msgspec.Struct):
    file: str = ""
    line: int | None = None
    text: str = ""


class _Said(msgspec.Struct):
    verdict: Literal["approve", "changes"]
    summary: str = ""
    comments: list[_Comment] = []


def read(answer: str) -> Verdict | None:
    """The last block counts, and only that: whoever quotes an example first means what comes after it."""
    blocks = _BLOCK.findall(answer)
    if not blocks:
        return None
    try:
        said = msgspec.json.decode(blocks[-1].encode(), type=_Said)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    comments = tuple(
        VerdictComment(
            file=each.file,
            line=each.line if each.line and each.line > 0 else None,
            text=each.text[:_LONGEST],
        )
        for each in said.comments[:_MOST_COMMENTS]
        if each.text.strip()
    )
    if said.verdict == "changes" and not comments and not said.summary.strip():
        return None  # there is nothing to go back with
    return Verdict(verdict=said.verdict, summary=said.summary[:_LONGEST], comments=comments)
