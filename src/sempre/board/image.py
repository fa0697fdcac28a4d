"""A picture on a card. Read-only value, and which pictures there may be. Pure."""

from dataclasses import dataclass
from datetime import datetime

from sempre.errors import InvalidError

LARGEST = 10 * 1024 * 1024
MOST = 20
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


@dataclass(frozen=True, kw_only=True)
class Image:
    """`digest` is the SHA-256 of its bytes, `size` counts them."""

    id: str
    card_id: str
    digest: str
    media_type: str
    size: int
    name: str
    at: datetime
    by: str


def media_type_of(body: bytes) -> str:
    """What it is by its bytes, whatever it is called: it is shown in a browser. Raises InvalidError."""
    if not body or len(body) > LARGEST:
        raise InvalidError(
            f"An image has up to {LARGEST // 1024 // 1024} MB; this one has {len(body) / 1024 / 1024:.1f}."
        )
    for beginning, media_type in _BEGINNINGS.items():
        if body.startswith(beginning):
            return media_type
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    raise InvalidError("This is no image that can be shown: use PNG, JPEG, GIF or WebP.")
