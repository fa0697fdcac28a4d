"""Pictures on cards: kept once a card by what they contain, shown to the agent with the card."""

import hashlib
from collections.abc import Sequence

from sempre import clock, ids
from sempre.board._store import images
from sempre.board.changes import Changes
from sempre.board.image import MOST, Image, media_type_of
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError
from sempre.events import Log

_LONGEST_NAME = 200


class Images:
    def __init__(self, db: Database, keyring: Keyring, log: Log) -> None:
        self._db = db
        self._keyring = keyring
        self._changes = Changes(db, keyring, log)

    async def add(self, card_id: str, body: bytes, *, name: str, by: str) -> Image:
        """The same picture again is the same image. Raises NotFoundError, InvalidError, ConflictError (too many)."""
        media_type, digest = media_type_of(body), hashlib.sha256(body).hexdigest()
        async with self._changes.of_card(card_id) as (change, card):
            there = await images.of_card(change.session, self._keyring, card.id)
            known = next((each for each in there if each.digest == digest), None)
            if known is not None:
                return known
            if len(there) >= MOST:
                raise ConflictError(
                    f"{card.key} has {MOST} images, which is as many as a card may have. Remove one first."
                )
            image = Image(
                id=ids.new_id(),
                card_id=card.id,
                digest=digest,
                media_type=media_type,
                size=len(body),
                name=name.strip()[:_LONGEST_NAME] or "image",
                at=clock.now(),
                by=by,
            )
            await images.insert(change.session, self._keyring, image, body)
            told = {"image_id": image.id, "name": image.name}
            await change.note(card, "card.image_added", told, by=by)
        return image

    async def of_card(self, card_id: str) -> Sequence[Image]:
        """In the order in which they came."""
        async with self._db.reading() as session:
            return await images.of_card(session, self._keyring, card_id)

    async def get(self, image_id: str) -> tuple[Image, bytes]:
        """With its bytes. Raises NotFoundError."""
        async with self._db.reading() as session:
            image = await images.get(session, self._keyring, image_id)
            return image, await images.body(session, self._keyring, image_id)

    async def remove(self, image_id: str, *, by: str) -> None:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            image = await images.get(session, self._keyring, image_id)
        async with self._changes.of_card(image.card_id) as (change, card):
            await images.delete(change.session, image_id)
            told = {"image_id": image.id, "name": image.name}
            await change.note(card, "card.image_removed", told, by=by)
