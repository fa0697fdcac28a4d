"""Which dead letters a person means. Read-only values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """All that match; None does not narrow."""

    channel: str | None = None
    kind: str | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """A dead letter, unopened."""

    id: str
    turn_id: str
    channel: str
