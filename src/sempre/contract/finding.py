"""What somebody who looked at this machine and home says: how it stands, and the next step where one is needed."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "warning", "problem"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`remedy` is the next step for a person; there is one whenever the level is warning or problem."""

    check: str
    level: Level
    message: str
    remedy: str | None = None
