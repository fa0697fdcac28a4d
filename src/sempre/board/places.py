"""Gives a card its place among the others of a column. The board's row must be held."""

from collections.abc import Sequence

from sempre.board import ranks
from sempre.board._store import cards
from sempre.board.card import Place
from sempre.db import Session
from sempre.errors import ConflictError, InvalidError


async def put(session: Session, board: str, place: Place, card_id: str) -> str:
    """The rank that puts this card there; when there is no room, the column is spread out anew. Raises InvalidError,
    and ConflictError when the card it is to stand beside is not in that column any more."""
    if place.before is None and place.after is None:
        last = ranks.between(await cards.last_rank(session, board, place.column), None)
        if last is not None:
            return last
    others = [
        each for each in await cards.column_of(session, board, place.column) if each[0] != card_id
    ]
    at = _index(place, [each for each, _ in others])
    rank = ranks.between(
        others[at - 1][1] if at else None, others[at][1] if at < len(others) else None
    )
    if rank is not None:
        return rank
    fresh = list(ranks.spread(len(others) + 1))
    mine = fresh.pop(at)
    for (other, _), each in zip(others, fresh, strict=True):
        await cards.update(session, other, {"rank": each})
    return mine


def _index(place: Place, others: Sequence[str]) -> int:
    beside = place.before or place.after
    if place.before is not None and place.after is not None:
        raise InvalidError("Say one: before a card, or after one.")
    if beside is None:
        return len(others)
    if beside not in others:
        raise ConflictError(
            f"The card that it was to stand beside is not in {place.column} any more. Look at the board again, then "
            "move it.",
            code="place_gone",
        )
    return others.index(beside) + (place.after is not None)
