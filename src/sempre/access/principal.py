"""Who asks, and what they may."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a login or a token may do. Each includes those before it."""

    READ = "read"  # see everything, change nothing
    OPERATE = "operate"  # everything day-to-day: send, cancel, retry, pause
    APPROVE = (
        "approve"  # decide what agents may do; never given by anything that Sempre stores on disk
    )


OWNER = frozenset(Scope)


def including(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """These and all that they include."""
    order = list(Scope)
    return frozenset(each for scope in scopes for each in order[: order.index(scope) + 1])


@dataclass(frozen=True, kw_only=True)
class Principal:
    """`via` is how they came in: `cookie`, `local` or `token`. `who` is what the audit trail says. `token_id` and
    `expires_at` are those of the API token that stands behind it, directly or through a login made with it."""

    via: str
    who: str
    scopes: frozenset[Scope]
    token_id: str | None = None
    expires_at: datetime | None = None
