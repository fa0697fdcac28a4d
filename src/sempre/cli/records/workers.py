"""Workers, what they are at, and their sessions."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sempre.cli.records.turns import TurnSummary


class WorkerToday(Struct, frozen=True):
    answered: int
    failed: int
    cost_micros: int | None


class Ignored(Struct, frozen=True):
    name: str
    reason: str


class Worker(Struct, frozen=True):
    name: str
    channel: str
    state: str
    state_reason: str | None
    state_until: datetime | None
    queued: int
    oldest_queued_at: datetime | None
    live: TurnSummary | None
    today: WorkerToday
    ignored: Sequence[Ignored]


class WorkerSession(Struct, frozen=True):
    id: str
    current: bool
    origin: str | None
    parent: str | None
    began_at: datetime
    turns: int
    cost_micros: int | None


class Pause(Struct, frozen=True):
    until: datetime | None


class ChannelHold(Struct, frozen=True):
    pause: Pause | None
