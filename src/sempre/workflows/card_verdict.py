"""Reads a review's verdict from what the agent said. Pure; anything that has not the form is no verdict."""

import re
from typing import Literal

import msgspec

from sempre.board.run import Verdict, VerdictComment

_FENCE = re.compile(r"[ \t]*(```+)[ \t]*([^`\s]*)[^`]*")
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
    blocks = _blocks(answer)
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


def _blocks(answer: str) -> list[str]:
    """What stands in fences, in JSON or in no language. Those of other languages are followed as well, or the end of
    one would be taken for the beginning of the next."""
    blocks: list[str] = []
    language: str | None = None
    lines: list[str] = []
    for line in answer.split("\n"):
        fence = _FENCE.fullmatch(line)
        if fence and (language is None or fence[2]):
            language, lines = fence[2].lower(), []
        elif fence:
            if language in {"", "json"}:
                blocks.append("\n".join(lines))
            language = None
        else:
            lines.append(line)
    return blocks
