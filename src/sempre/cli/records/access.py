"""Who may come in, and with what Sempre calls its model."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class Connection(Struct, frozen=True):
    kind: str
    source: str | None
    hint: str | None
    base_url: str | None


class Token(Struct, frozen=True):
    id: str
    name: str
    scopes: Sequence[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    valid: bool


class NewToken(Token, frozen=True):
    secret: str


class LoginLink(Struct, frozen=True):
    url: str
    expires_at: datetime
