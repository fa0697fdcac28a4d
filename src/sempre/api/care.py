"""What looks after a Sempre, as its routes are given it. `app` fills it in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sempre.alerts import Alerts
from sempre.backups import Copies, Rounds
from sempre.contract.finding import Finding
from sempre.contract.messages import TurnState


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where alerts are sent. `renew` makes another signing secret and gives it."""

    url: str
    renew: Callable[[], Awaitable[str]]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What only metrics want to know."""

    waits: Callable[[], Awaitable[Mapping[tuple[TurnState, str | None], int]]]
    """Turns that wait, by state and the kind of what they wait for."""
    disk_free: Callable[[], Awaitable[int]]
    budgets: Callable[[], Awaitable[Mapping[str, float]]]
    """The part of each budget that is spent today."""


@dataclass(frozen=True, kw_only=True)
class Care:
    copies: Copies
    rounds: Rounds
    alerts: Alerts
    webhook: Webhook | None
    figures: Figures
    hurry: Callable[[], None]
    """There is a notice to deliver."""
    diagnose: Callable[[], Awaitable[Sequence[Finding]]]
    """What `sempre doctor` says; it may take some seconds."""
    profiles: Path
    """Where profiles of this process are laid down."""
    profiling: asyncio.Lock = field(default_factory=asyncio.Lock)
