"""Looking for turns by their text. Bodies are encrypted, so the database cannot: pages are opened and read here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sempre.contract.messages import TurnState
from sempre.conversations import Turn, Turns

_PAGE = 200
_READ_AT_MOST = 2000  # turns opened for one request; the next page goes on from there


@dataclass(frozen=True, kw_only=True)
class Wanted:
    channel: str | None
    states: Sequence[TurnState]
    text: str | None
    before: str | None


async def find_turns(turns: Turns, wanted: Wanted, limit: int) -> tuple[list[Turn], str | None]:
    """Up to `limit` turns, newest first, and the cursor to go on from (None: that was all)."""
    if not wanted.text:
        page = await _read(turns, wanted, wanted.before, limit + 1)
        return page[:limit], page[limit - 1].id if len(page) > limit else None
    return await _search(turns, wanted, _matcher(wanted.text), limit)


async def _search(
    turns: Turns, wanted: Wanted, matches: Callable[[Turn], bool], limit: int
) -> tuple[list[Turn], str | None]:
    found: list[Turn] = []
    cursor, read = wanted.before, 0
    while read < _READ_AT_MOST:
        page = await _read(turns, wanted, cursor, _PAGE)
        for turn in page:
            cursor = turn.id
            if matches(turn):
                found.append(turn)
            if len(found) == limit:
                return found, cursor
        read += len(page)
        if len(page) < _PAGE:
            return found, None
    return found, cursor


async def _read(turns: Turns, wanted: Wanted, before: str | None, limit: int) -> list[Turn]:
    page = await turns.page(
        channel=wanted.channel, states=wanted.states, before=before, limit=limit
    )
    return list(page)


def _matcher(text: str) -> Callable[[Turn], bool]:
    words = text.casefold().split()
    if len(words) == 1 and words[0].startswith("#") and words[0][1:].isdecimal():
        number = int(words[0][1:])
        return lambda turn: turn.number == number

    def has_all_words(turn: Turn) -> bool:
        body = f"{turn.prompt}\n{turn.answer or ''}".casefold()
        return all(word in body for word in words)

    return has_all_words
