"""Every change of a board goes through here: one transaction that holds the board's row, so that changes come one
after the other however many pages and processes there are; what happened is written with it, and told on the log once
it is committed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sempre import clock, ids
from sempre.board._store import boards, cards, history, runs
from sempre.board.board import Board
from sempre.board.card import Card
from sempre.crypto import Keyring
from sempre.db import Database, Session
from sempre.events import Log


class Change:
    """One of them, under way."""

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self.session = session
        self.told: list[tuple[str, Mapping[str, object], str]] = []
        self._keyring = keyring

    async def note(self, card: Card, kind: str, details: Mapping[str, object], *, by: str) -> None:
        """It happened to this card, as it stands after it."""
        await history.insert(
            self.session,
            self._keyring,
            ids.new_id(),
            card.id,
            kind,
            details,
            by=by,
            version=card.version,
            now=clock.now(),
        )
        self.tell(card.channel, kind, {"card_id": card.id, **details, "by": by})

    def tell(self, channel: str, kind: str, details: Mapping[str, object]) -> None:
        self.told.append((kind, details, channel))


class Changes:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Change]:
        """For what is about no board that there is."""
        async with self._db.transaction() as session:
            change = Change(session, self._keyring)
            yield change
        for kind, details, channel in change.told:
            self._log.append(kind, details, channel=channel)

    @asynccontextmanager
    async def of_board(self, board_id: str) -> AsyncIterator[tuple[Change, Board]]:
        """Raises NotFoundError."""
        async with self.begin() as change:
            await boards.hold(change.session, board_id)
            yield change, await boards.get(change.session, self._keyring, board_id)

    @asynccontextmanager
    async def of_card(self, card_id: str) -> AsyncIterator[tuple[Change, Card]]:
        """By its id. Raises NotFoundError."""
        async with self.begin() as change:
            await boards.hold(change.session, await cards.board_of(change.session, card_id))
            yield change, await cards.get(change.session, self._keyring, card_id)

    @asynccontextmanager
    async def of_run(self, run_id: str) -> AsyncIterator[Change]:
        """Raises NotFoundError."""
        async with self.begin() as change:
            await boards.hold(change.session, await runs.board_of(change.session, run_id))
            yield change
