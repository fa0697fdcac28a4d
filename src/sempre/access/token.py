"""An API token as the database has it: everything but the token itself."""

from dataclasses import dataclass
from datetime import datetime

from sempre.access.principal import Scope


@dataclass(frozen=True, kw_only=True)
class Token:
    """`created_by` is who made it, `made_with` the token they showed for it: it ends when that one is revoked."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_by: str
    made_with: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
