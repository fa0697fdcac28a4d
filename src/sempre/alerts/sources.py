"""What the rules look at. `app` fills it in from the features that measure; nothing here knows them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Waiting = Mapping[str, tuple[int, datetime | None]]
"""By channel: how many wait, and since when the first."""


@dataclass(frozen=True, kw_only=True)
class BudgetStanding:
    """A budget that is near or reached. `name` is what people call it: `day`, `files:coder today`."""

    name: str
    percent: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class BackupStanding:
    """`missing_since`: one was due then and is not there. `drill_failed` names the newest backup when it cannot be
    restored."""

    missing_since: datetime | None
    failure: str | None
    drill_failed: str | None


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Each may raise UnavailableError: then its rule neither raises nor ends anything this time."""

    queued: Callable[[], Awaitable[Waiting]]
    approvals: Callable[[], Awaitable[Waiting]]
    ended: Callable[[timedelta], Awaitable[tuple[int, int]]]
    """Answered and failed turns in that time."""
    attempts: Callable[[timedelta], Awaitable[Mapping[str, int]]]
    """How attempts of that time ended, by ending."""
    refusing: Callable[[], Awaitable[Sequence[str]]]
    """Channels that stopped because the provider takes no credential of ours."""
    budgets: Callable[[], Awaitable[Sequence[BudgetStanding]]]
    disk_free: Callable[[], Awaitable[int]]
    """Bytes on this node's disk."""
    backups: Callable[[], Awaitable[BackupStanding | None]]
    """None: they are not watched."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    queue: timedelta
    failure_percent: int
    failure_turns: int
    failure_window: timedelta
    approval: timedelta
    disk_free: int
    backup_grace: timedelta
    provider_window: timedelta
    provider_failures: int
