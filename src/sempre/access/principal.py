"""Who asks, and what they may."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    OPERATE = "operate"  # everything day-to-day: send, cancel, retry, read
    APPROVE = (
        "approve"  # decide what agents may do; never given by anything that Sempre stores on disk
    )


OWNER = frozenset(Scope)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """`via` is for the log: `cookie` or `local`."""

    via: str
    scopes: frozenset[Scope]
