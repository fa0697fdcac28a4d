"""Pictures on cards, sealed. Lists never read their bytes."""

import base64
from collections.abc import Sequence

import sqlalchemy as sa

from sempre.board.image import Image
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import card_images as table
from sempre.errors import NotFoundError

_ALL_BUT_BODY = sa.select(*(column for column in table.columns if column is not table.c.body))


async def insert(session: Session, keyring: Keyring, image: Image, body: bytes) -> None:
    text = base64.b64encode(body).decode()
    await session.execute(
        table.insert().values(
            id=image.id,
            card_id=image.card_id,
            digest=image.digest,
            media_type=image.media_type,
            size=image.size,
            name=keyring.seal(image.name, place(table.c.name, image.id)),
            body=keyring.seal(text, place(table.c.body, image.id)),
            at=image.at,
            by=image.by,
        )
    )


async def of_card(session: Session, keyring: Keyring, card_id: str) -> Sequence[Image]:
    """In the order in which they came."""
    statement = _ALL_BUT_BODY.where(table.c.card_id == card_id).order_by(table.c.id)
    return [_image(row, keyring) for row in await session.execute(statement)]


async def get(session: Session, keyring: Keyring, image_id: str) -> Image:
    """Raises NotFoundError."""
    row = (await session.execute(_ALL_BUT_BODY.where(table.c.id == image_id))).one_or_none()
    if row is None:
        raise _unknown(image_id)
    return _image(row, keyring)


async def body(session: Session, keyring: Keyring, image_id: str) -> bytes:
    """Raises NotFoundError."""
    sealed = await session.scalar(sa.select(table.c.body).where(table.c.id == image_id))
    if sealed is None:
        raise _unknown(image_id)
    return base64.b64decode(keyring.open(sealed, place(table.c.body, image_id)))


async def delete(session: Session, image_id: str) -> None:
    await session.execute(table.delete().where(table.c.id == image_id))


def _image(row: Row, keyring: Keyring) -> Image:
    return Image(
        id=row.id,
        card_id=row.card_id,
        digest=row.digest,
        media_type=row.media_type,
        size=row.size,
        name=keyring.open(row.name, place(table.c.name, row.id)),
        at=row.at,
        by=row.by,
    )


def _unknown(image_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no image {image_id[:60]}; it may have been removed from its card.",
        code="image_not_found",
    )
