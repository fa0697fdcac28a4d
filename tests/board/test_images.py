import asyncio
import hashlib

import pytest
import sqlalchemy as sa

from sempre.board.image import LARGEST, MOST
from sempre.db.tables import card_images
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.board.kanban import PNG, Kanban

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "


async def test_a_picture_comes_back_as_it_was_and_is_sealed(kanban: Kanban) -> None:
    card = await kanban.card()
    added = await kanban.images.add(card.id, PNG, name="canary.png", by="ana")
    image, body = await kanban.images.get(added.id)
    assert (image, body) == (added, PNG)
    assert image.digest == hashlib.sha256(PNG).hexdigest()
    assert (image.media_type, image.size, image.name) == ("image/png", len(PNG), "canary.png")
    assert (await kanban.cards.get(card.id)).images == (image.id,)
    async with kanban.store.db.reading() as session:
        row = (await session.execute(sa.select(card_images))).one()
    assert "canary" not in str(row._mapping)
    assert PNG[8:] not in row.body


async def test_the_same_picture_twice_at_once_is_one_image(kanban: Kanban) -> None:
    card, other = await kanban.cards_of(2)
    adding = [kanban.images.add(card.id, PNG, name=f"{at}.png", by="ana") for at in range(5)]
    assert len({image.id for image in await asyncio.gather(*adding)}) == 1
    elsewhere = await kanban.images.add(other.id, PNG, name="x.png", by="ana")
    await kanban.images.add(card.id, JPEG, name="", by="ana")
    first, second = await kanban.images.of_card(card.id)
    assert first.name in {f"{at}.png" for at in range(5)}, "whoever came first"
    assert second.name == "image"
    await kanban.images.remove(elsewhere.id, by="rui")
    assert len(await kanban.images.of_card(card.id)) == 2
    assert await kanban.history(other) == ["card.created", "card.image_added", "card.image_removed"]
    with pytest.raises(NotFoundError):
        await kanban.images.get(elsewhere.id)
    with pytest.raises(NotFoundError):
        await kanban.images.remove(elsewhere.id, by="rui")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (b"GIF89a1", "image/gif"), (WEBP, "image/webp")],
)
async def test_what_it_is_is_told_by_its_bytes(
    kanban: Kanban, body: bytes, media_type: str
) -> None:
    image = await kanban.images.add((await kanban.card()).id, body, name="x.svg", by="ana")
    assert image.media_type == media_type


@pytest.mark.parametrize("body", [b"", b"<svg onload='alert(1)'/>", PNG + bytes(LARGEST)])
async def test_what_a_browser_should_not_be_given_is_refused(kanban: Kanban, body: bytes) -> None:
    with pytest.raises(InvalidError):
        await kanban.images.add((await kanban.card()).id, body, name="x.png", by="ana")


async def test_a_card_has_only_so_many(kanban: Kanban) -> None:
    card = await kanban.card()
    for at in range(MOST):
        await kanban.images.add(card.id, PNG + bytes([at]), name="x", by="ana")
    with pytest.raises(ConflictError, match="Remove one first"):
        await kanban.images.add(card.id, JPEG, name="x", by="ana")
