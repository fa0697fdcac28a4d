"""What a budget is for: the whole day, a channel's day, a turn; for all channels or for one."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sempre.errors import InvalidError

_CHANNEL = re.compile(r"[a-z]+:[^\x00-\x1f\x7f]{1,200}")


class Kind(StrEnum):
    DAY = "day"
    CHANNEL = "channel"
    TURN = "turn"


@dataclass(frozen=True)
class BudgetScope:
    """Written `day`, `channel`, `turn`; `channel:files:coder` and `turn:files:coder` take the place of the general
    one for that channel."""

    kind: Kind
    channel: str | None = None

    def __str__(self) -> str:
        return self.kind if self.channel is None else f"{self.kind}:{self.channel}"

    @property
    def general(self) -> "BudgetScope":
        return BudgetScope(self.kind)

    @classmethod
    def read(cls, text: str) -> "BudgetScope":
        """Raises InvalidError."""
        word, _, channel = text.partition(":")
        known = word in set(Kind)
        if known and not channel and ":" not in text:
            return cls(Kind(word))
        if known and word != Kind.DAY and _CHANNEL.fullmatch(channel):
            return cls(Kind(word), channel)
        raise InvalidError(
            f"{text[:80]!r} is nothing that a budget is for. Say day, channel, turn, or one channel: "
            "channel:files:coder, turn:files:coder."
        )


DAY = BudgetScope(Kind.DAY)
