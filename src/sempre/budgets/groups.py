"""What the ledger can be summed by, over which stretch of time. Plain values."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sempre.errors import InvalidError

_CURSOR = re.compile(r"([0-9]{1,18})\|(.{0,300})", re.DOTALL)


class Group(StrEnum):
    DAY = "day"
    CHANNEL = "channel"
    MODEL = "model"
    AGENT = "agent"
    TURN = "turn"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Calls that began at or after `since`, before `before`, on one channel or on all."""

    since: datetime
    before: datetime
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The last item of a page: what it cost and its key."""

    micros: int
    key: str

    def __str__(self) -> str:
        return f"{self.micros}|{self.key}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Raises InvalidError."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise InvalidError("This is no cursor. Give `next` of the page before, as it was.")
        return cls(micros=int(found[1]), key=found[2])
