"""What the routes are given: everything they read and command. `app` fills it in; nothing here does anything."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from sempre.access import Connections, LocalToken, Logins, Tokens
from sempre.api.boarding import Boarding
from sempre.api.care import Care
from sempre.approvals import Approval, Approvals, Decision
from sempre.audit import Head, Trail
from sempre.budgets import Amount, Money
from sempre.contract.messages import Usage
from sempre.conversations import (
    Attempts,
    Channels,
    DeadLetters,
    Directives,
    Suspension,
    Turn,
    Turns,
)
from sempre.events import Log, Stream
from sempre.rulebook import Proposals, Rulebook, Trusts
from sempre.settings import Settings
from sempre.settings.live import LiveSettings
from sempre.workflows.clearing import Clearing
from sempre.workflows.control import Control
from sempre.workflows.permissions import Permissions
from sempre.workflows.tool_gate import Rules

Mode = Literal["live", "rehearsal", "login"]


class Commands(Protocol):
    """What a person does to turns and channels; `workflows.commands` is it."""

    async def send(
        self,
        channel: str,
        text: str,
        *,
        key: str | None = None,
        origin: Mapping[str, str] | None = None,
        by: str,
    ) -> Turn:
        """Raises NotFoundError, InvalidError, UnavailableError."""
        ...

    async def cancel(self, turn_id: str, *, by: str) -> Turn:
        """Raises NotFoundError, ConflictError."""
        ...

    async def retry(self, turn_id: str, *, text: str | None = None, by: str) -> Turn:
        """Raises NotFoundError, ConflictError, InvalidError."""
        ...


class Deciding(Protocol):
    """What a person does about a call that waits for them; `workflows.deciding` is it."""

    async def decide(
        self,
        approval_id: str,
        decision: Decision,
        *,
        by: str,
        changed: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> Approval:
        """Raises NotFoundError, ConflictError, InvalidError, RefusedError, UnavailableError."""
        ...

    async def remind(self) -> int:
        """Wake turns that wait for nothing any more: decided, or their session is another one now."""
        ...


class Releasing(Protocol):
    """What lets a turn go on that waits for a budget; `workflows.releasing` is it."""

    async def release(self, turn_id: str, extra: Amount, *, by: str) -> Turn:
        """Raises NotFoundError, ConflictError, InvalidError, UnavailableError."""
        ...


class Spending(Protocol):
    """What was spent; `budgets.Ledger` is it."""

    async def of_turns(self, turn_ids: Sequence[str]) -> Mapping[str, Usage]:
        """By turn, over all its attempts; a turn without calls is left out."""
        ...

    async def of_sessions(self, session_ids: Sequence[str]) -> Mapping[str, Usage]:
        """By session; one without calls is left out."""
        ...

    async def by_channel(self, since: datetime) -> Mapping[str, Usage]:
        """By channel, of calls that began at or after `since`."""
        ...

    async def unpriced(self, since: datetime) -> int:
        """How many calls since then have no known cost."""
        ...


@dataclass(frozen=True, kw_only=True)
class ScheduledPrompt:
    """A prompt that comes by itself, and when it comes next (None: never again)."""

    name: str
    every: str
    prompt: str
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkerPlace:
    """A worker of this node as its channel sees it. `ignored` are files in its queue that are no prompts, by name,
    with the reason."""

    name: str
    channel: str
    directory: Path
    model: str | None
    queue_path: Path
    output_path: Path
    ignored: Mapping[str, str] = field(default_factory=dict[str, str])
    schedule: Sequence[ScheduledPrompt] = ()


@dataclass(frozen=True, kw_only=True)
class About:
    """What does not change while this runtime runs. `home` is the one that it works in (a rehearsal has its own)."""

    version: str
    mode: Mode
    home: Path
    node: str
    database: Literal["sqlite", "postgres"]
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Parts:
    about: About
    live: LiveSettings
    turns: Turns
    attempts: Attempts
    channels: Channels
    dead_letters: DeadLetters
    approvals: Approvals
    deciding: Deciding
    log: Log
    stream: Stream
    commands: Commands
    control: Control
    clearing: Clearing
    suspension: Suspension
    directives: Directives
    audit: Trail
    audit_anchors: Callable[[], Awaitable[Sequence[Head]]]
    """Heads of the trail that were kept elsewhere."""
    rulebook: Rulebook
    proposals: Proposals
    trusts: Trusts
    permissions: Permissions
    tool_rules: Rules
    care: Care
    board: Boarding
    spending: Spending
    money: Money
    releasing: Releasing
    # Access belongs to the real home, also while a rehearsal runs: connecting a model must not log anybody out.
    logins: Logins
    local_token: LocalToken
    tokens: Tokens
    connections: Connections
    workers: Callable[[], Sequence[WorkerPlace]]
    """The workers of this node, by name."""
    nodes_alive: Callable[[], Awaitable[frozenset[str]]]
    """The nodes that are there now; on SQLite this one only."""
    sessions_alive: Callable[[], int]
    waiting_for_real_model: Callable[[], Awaitable[int]]
    """Prompts that lie in the real queue while this runtime rehearses; 0 when it is live."""
    day_began: Callable[[], datetime]
    """Midnight in the operator's time zone."""
    restart: Callable[[], None]
    """Start the runtime anew in this process, after the answer has gone out."""
    engine_running: Callable[[], bool]
    at_head: Callable[[], Awaitable[bool]]
    """Whether the database has this release's schema; raises UnavailableError when it does not answer."""
    web: Path
    """The folder of the built dashboard; it may be missing."""
    cookie: str = "sempre_session"
    """Browsers share cookies between ports, so two homes on one machine need two names."""

    @property
    def settings(self) -> Settings:
        """As they hold now."""
        return self.live.now
