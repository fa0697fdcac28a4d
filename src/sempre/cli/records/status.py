"""How all of it stands."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class Counts(Struct, frozen=True):
    running: int
    queued: int
    parked: int
    waiting: int
    approvals: int
    proposals: int
    dead: int


class Today(Struct, frozen=True):
    answered: int
    failed: int
    cost_micros: int
    unknown_cost_calls: int


class ConnectionSummary(Struct, frozen=True):
    kind: str
    detail: str | None


class Suspended(Struct, frozen=True):
    since: datetime
    by: str
    reason: str | None


class SettingsFile(Struct, frozen=True):
    problem: str | None
    waiting: Sequence[str]


class Status(Struct, frozen=True):
    version: str
    mode: str
    home: str
    started_at: datetime
    database: str
    connection: ConnectionSummary
    suspended: Suspended | None
    counts: Counts
    today: Today
    settings: SettingsFile
    waiting_for_real_model: int
    last_event_id: int
