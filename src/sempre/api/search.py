"""Looking for turns. Bodies are encrypted, so the database cannot look for words: pages are opened and read here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sempre.contract.messages import TurnState
from sempre.conversations import Turn, Turns

_PAGE = 200
_READ_AT_MOST = 2000  # turns opened for one request; the next page goes on from there
_NUMBER = re.compile(r"\s*#([0-9]{1,18})\s*")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`text` is words, each of which must be in prompt or answer, or `#` and a turn's number."""

    channel: str | None
    states: Sequence[TurnState]
    text: str | None
    before: str | None


async def find_turns(turns: Turns, wanted: Wanted, limit: int) -> tuple[list[Turn], str | None]:
    """Up to `limit` turns, newest first, and the cursor to go on from (None: that was all)."""
    number = _NUMBER.fullmatch(wanted.text or "")
    words = [] if number else (wanted.text or "").casefold().split()
    if words:
        return await _search(turns, wanted, words, limit)
    page = await turns.page(
        channel=wanted.channel,
        states=wanted.states,
        number=int(number[1]) if number else None,
        before=wanted.before,
        limit=limit + 1,
    )
    return list(page[:limit]), page[limit - 1].id if len(page) > limit else None


async def _search(
    turns: Turns, wanted: Wanted, words: Sequence[str], limit: int
) -> tuple[list[Turn], str | None]:
    found: list[Turn] = []
    cursor, read = wanted.before, 0
    while read < _READ_AT_MOST:
        page = await turns.page(
            channel=wanted.channel, states=wanted.states, before=cursor, limit=_PAGE
        )
        for turn in page:
            cursor = turn.id
            if _has_all(turn, words):
                found.append(turn)
            if len(found) == limit:
                return found, cursor
        read += len(page)
        if len(page) < _PAGE:
            return found, None
    return found, cursor


def _has_all(turn: Turn, words: Sequence[str]) -> bool:
    body = f"{turn.prompt}\n{turn.answer or ''}".casefold()
    return all(word in body for word in words)
