"""Who makes a model call or a tool call, where no Claude Code is; see contract.gate.Caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Caller:
    """`waits`: how often it waits for a person now."""

    channel: str = "files:w"
    session_id: str = "s1"
    turn_id: str | None = "t1"
    attempt_id: str | None = "a1"
    request_id: str = "r1"
    quota_until: datetime | None = None
    waits: int = 0

    async def words_before(self, call_id: str) -> str:
        assert call_id
        return "So I look."

    @contextmanager
    def waiting(self) -> Iterator[None]:
        self.waits += 1
        try:
            yield
        finally:
            self.waits -= 1
