"""Cards: made, written on, moved, deleted, found. What a run does to its card is not here."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from sempre import clock, ids
from sempre.board._store import boards, cards, history, runs
from sempre.board.card import (
    Card,
    CardText,
    HistoryEntry,
    Place,
    Wanted,
    changed_fields,
    check_text,
)
from sempre.board.changes import Changes
from sempre.board.moves import refuse_move, refuse_removal
from sempre.board.needs import cycle
from sempre.board.places import put
from sempre.board.words import Column
from sempre.crypto import Keyring
from sempre.db import Database, Session
from sempre.errors import ConflictError, InvalidError, NotFoundError
from sempre.events import Log


class Cards:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def get(self, name: str) -> Card:
        """By its id or its key. Raises NotFoundError."""
        async with self._db.reading() as session:
            return await cards.get(session, self._keyring, name)

    async def find(self, wanted: Wanted) -> Sequence[Card]:
        """By board, and in the order of the columns and of the cards in them."""
        async with self._db.reading() as session:
            sealed = await cards.some(
                session, board=wanted.board, columns=wanted.columns, states=wanted.states
            )
        found = await asyncio.to_thread(cards.opened, sealed, self._keyring)
        words = wanted.text.casefold().split()
        return [
            card
            for card in found
            if set(wanted.labels) <= set(card.text.labels)
            and all(word in _searched(card) for word in words)
        ]

    async def counts(self) -> Mapping[str, Mapping[Column, int]]:
        """By board: how many cards stand in each column; empty ones are left out."""
        async with self._db.reading() as session:
            return await cards.counts(session)

    async def history(
        self, card_id: str, *, before: str | None = None, limit: int = 100
    ) -> Sequence[HistoryEntry]:
        """Newest first."""
        async with self._db.reading() as session:
            return await history.of_card(
                session, self._keyring, card_id, before=before, limit=limit
            )

    async def create(
        self, board_id: str, text: CardText, *, by: str, column: Column = Column.BACKLOG
    ) -> Card:
        """At the end of the column. Raises NotFoundError, InvalidError."""
        check_text(text)
        now, card_id = clock.now(), ids.new_id()
        async with self._changes.of_board(board_id) as (change, _):
            await self._check_needs(change.session, board_id, card_id, text.needs)
            number, prefix = await boards.take_number(change.session, board_id)
            card = Card(
                id=card_id,
                board=board_id,
                number=number,
                key=f"{prefix}-{number}",
                column=column,
                rank=await put(change.session, board_id, Place(column=column), card_id),
                text=text,
                version=1,
                run=None,
                done_at=now if column is Column.DONE else None,
                created_at=now,
                created_by=by,
                changed_at=now,
                changed_by=by,
            )
            await cards.insert(change.session, self._keyring, card)
            await change.note(card, "card.created", {"key": card.key, "column": column}, by=by)
        return card

    async def change(
        self, card_id: str, edit: Callable[[CardText], CardText], *, version: int, by: str
    ) -> Card:
        """`edit` gets what stands there and gives what is to. Raises NotFoundError, InvalidError, and ConflictError
        that tells what somebody else changed meanwhile."""
        async with self._changes.of_card(card_id) as (change, card):
            await self._require_version(change.session, card, version)
            text = edit(card.text)
            changed = changed_fields(card.text, text)
            if not changed:
                return card
            check_text(text)
            if "needs" in changed:
                await self._check_needs(change.session, card.board, card.id, text.needs)
            after = _touched(replace(card, text=text), by)
            await cards.change(change.session, self._keyring, after)
            await change.note(after, "card.changed", {"changed": changed}, by=by)
        return after

    async def move(self, card_id: str, place: Place, *, version: int, by: str) -> Card:
        """Raises NotFoundError, and ConflictError: somebody else was faster, or the card may not go there now."""
        async with self._changes.of_card(card_id) as (change, card):
            await self._require_version(change.session, card, version)
            refuse_move(card, place.column)
            now = clock.now()
            rank = await put(change.session, card.board, place, card.id)
            done_at = card.done_at if place.column is Column.ARCHIVED else None
            if place.column is Column.DONE:
                done_at = card.done_at or now
            after = _touched(replace(card, column=place.column, rank=rank, done_at=done_at), by)
            values = {
                "column": after.column,
                "rank": after.rank,
                "done_at": after.done_at,
                "version": after.version,
                "changed_at": after.changed_at,
                "changed_by": by,
            }
            await cards.update(change.session, card.id, values)
            told = {"column": after.column, "from": card.column, "rank": rank}
            await change.note(after, "card.moved", told, by=by)
        return after

    async def delete(self, card_id: str, *, by: str) -> None:
        """With all that is known of its runs. Raises NotFoundError, and ConflictError while it runs, while it has
        work that is neither merged nor discarded, or while others depend on it."""
        async with self._changes.of_card(card_id) as (change, card):
            left = await runs.unsettled_of_board(change.session, card.board)
            needed_by = await cards.dependents(change.session, card.id)
            refuse_removal(card, unsettled=card.id in left, needed_by=needed_by)
            await cards.delete(change.session, card.id)
            change.tell(card.channel, "card.deleted", {"card_id": card.id, "by": by})

    async def _check_needs(
        self, session: Session, board: str, card_id: str, needs: Sequence[str]
    ) -> None:
        """Raises NotFoundError: not on this board. InvalidError: it would come to need itself."""
        names = await cards.keys(session, board, [*needs, card_id])
        for each in needs:
            if each not in names:
                raise NotFoundError(
                    f"There is no card {each[:60]} on {board} to depend on.", code="card_not_found"
                )
        if len(set(needs)) != len(needs):
            raise InvalidError("A card is named twice among those that this one depends on.")
        way = cycle(await cards.needs_of_board(session, board), card_id, needs)
        if way is not None:
            names = await cards.keys(session, board, way)
            told = " → ".join(names.get(each, "this card") for each in way)
            raise InvalidError(
                f"These would wait for each other for ever: {told}. Leave one of them out.",
                code="dependency_cycle",
            )

    async def _require_version(self, session: Session, card: Card, seen: int) -> None:
        if card.version == seen:
            return
        made = await history.since(session, self._keyring, card.id, seen)
        raise ConflictError(
            f"{card.key} was changed meanwhile: {_told(made) or 'by somebody else'} (version {card.version}, not "
            f"{seen}). Look at it again, then repeat yours; nothing of it was saved.",
            code="version_conflict",
        )


def _touched(card: Card, by: str) -> Card:
    return replace(card, version=card.version + 1, changed_at=clock.now(), changed_by=by)


def _told(made: Sequence[HistoryEntry]) -> str:
    """Who did what, in a few words."""
    said: list[str] = []
    for each in made:
        match each.kind:
            case "card.changed":
                fields = cast("list[str]", each.details["changed"])
                said.append(f"{each.by} changed {', '.join(fields)}")
            case "card.moved":
                said.append(f"{each.by} moved it to {each.details.get('column')}")
            case _:  # a run's doing: it makes no version
                continue
    return "; ".join(dict.fromkeys(said))


def _searched(card: Card) -> str:
    text = card.text
    return "\n".join([card.key, text.title, text.description, *text.labels]).casefold()
