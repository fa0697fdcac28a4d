"""What a person holds back: a channel, or everything. Read-only values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A person wants nothing new to start on a channel before `until`, or before they say so."""

    since: datetime
    by: str
    reason: str | None
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now

    @property
    def words(self) -> str:
        return f"Paused by {self.by}" + (f": {self.reason}" if self.reason else ".")


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """A person wants nothing at all to run."""

    by: str
    reason: str | None
    since: datetime

    @property
    def words(self) -> str:
        why = f": {self.reason}" if self.reason else "."
        return f"Everything is suspended by {self.by}{why}"


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    """A turn that may be waiting for a signal, and the workflow to send it to."""

    turn_id: str
    channel: str
    workflow: str
