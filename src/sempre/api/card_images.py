"""Pictures on cards: pasted, dropped, given to the agent. What a picture is, its bytes say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from sempre.api.authentication import principal_of
from sempre.api.camel import CamelView, CardName
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.board import Image
from sempre.board.image import LARGEST
from sempre.errors import NotFoundError

router = APIRouter(prefix="/api/cards", tags=["cards"])

ImageId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="The image's id.")
]
# It is shown in a page of ours, so it must be nothing but a picture, also when it is opened by itself.
_ALONE = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, max-age=31536000, immutable",
}
_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_SHOWN = {200: {"description": "The picture.", "content": dict.fromkeys(_TYPES, _BYTES)}}
_TAKEN = {"requestBody": {"required": True, "content": {"application/octet-stream": _BYTES}}}


class CardImage(CamelView):
    id: str
    card_id: str
    name: str
    media_type: str = Field(description="By its bytes: PNG, JPEG, GIF or WebP.")
    size: int = Field(description="Bytes.")
    digest: str = Field(description="SHA-256 of its bytes; a card has each picture once.")
    at: datetime
    by: str


@router.get("/{id}/images", responses=may_answer(404))
async def list_card_images(parts: Given, id: CardName) -> Sequence[CardImage]:
    """What pictures it has, in the order in which they came."""
    card = await parts.board.cards.get(id)
    return [_image(each) for each in await parts.board.images.of_card(card.id)]


@router.post("/{id}/images", status_code=201, responses=may_answer(404, 409), openapi_extra=_TAKEN)
async def add_card_image(
    request: Request,
    parts: Given,
    id: CardName,
    name: Annotated[
        str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="A file's name.")
    ] = "",
) -> CardImage:
    """Put one on the card; its bytes are the body. The same bytes again are the same picture."""
    card = await parts.board.cards.get(id)
    body = await request.body()
    by = principal_of(request).who
    return _image(await parts.board.images.add(card.id, body, name=name, by=by))


@router.get(
    "/{id}/images/{image}", response_class=Response, responses={**may_answer(404), **_SHOWN}
)
async def get_card_image(parts: Given, id: CardName, image: ImageId) -> Response:
    """The picture itself."""
    found, body = await _of_card(parts, id, image)
    return Response(body, media_type=found.media_type, headers=_ALONE)


@router.delete("/{id}/images/{image}", status_code=204, responses=may_answer(404, 409))
async def remove_card_image(request: Request, parts: Given, id: CardName, image: ImageId) -> None:
    """Take it off the card."""
    found, _ = await _of_card(parts, id, image)
    await parts.board.images.remove(found.id, by=principal_of(request).who)


async def _of_card(parts: Parts, name: str, image_id: str) -> tuple[Image, bytes]:
    """Raises NotFoundError."""
    card = await parts.board.cards.get(name)
    found, body = await parts.board.images.get(image_id)
    if found.card_id != card.id:
        raise NotFoundError(f"{card.key} has no image {image_id}.", code="image_not_found")
    return found, body


def _image(image: Image) -> CardImage:
    return CardImage(
        id=image.id,
        card_id=image.card_id,
        name=image.name,
        media_type=image.media_type,
        size=image.size,
        digest=image.digest,
        at=image.at,
        by=image.by,
    )


def largest_body(path: str, usual: int) -> int:
    """Pictures may be larger than what else is sent."""
    is_image = path.startswith(router.prefix) and path.endswith("/images")
    return max(usual, LARGEST) if is_image else usual
