"""A session that a channel had or has. Read-only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Origin = Literal["new", "reset", "fork", "adopted", "lost"]


@dataclass(frozen=True, kw_only=True)
class PastSession:
    """`origin` is how it came: the channel's first, a person's reset, a fork of `parent`, a person's choice of one
    that there was, or instead of one that could not be resumed. None: from before this was noted down."""

    id: str
    origin: Origin | None
    parent: str | None
    by: str | None
    began_at: datetime
    last_turn_at: datetime | None
    turns: int
    current: bool
