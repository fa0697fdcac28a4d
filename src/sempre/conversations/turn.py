"""A turn, an attempt and a dead letter as they stand in the database, opened. Read-only values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sempre.contract.messages import Failure, TurnState, Usage, request_of
from sempre.conversations.hold import Pause


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One inbound message and everything done to answer it. Times are UTC."""

    id: str
    channel: str
    seq: int
    number: int
    external_id: str
    state: TurnState
    cancel_requested: bool
    origin: Mapping[str, str]
    prompt: str
    answer: str | None
    failure: Failure | None
    session_id: str | None
    model: str | None
    usage: Usage | None  # once it has ended
    workflow: str
    attempts: int
    errors: int
    transient_errors: int
    forgotten_attempts: int
    retry_at: datetime | None
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None

    @property
    def request_id(self) -> str:
        return request_of(self.origin, self.external_id)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at answering a turn. `state` is `running`, `crashed` or an Ending's value."""

    id: str
    turn_id: str
    number: int
    message_id: str
    session_id: str
    state: str
    failure: Failure | None
    counted: bool
    resumed: bool
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A turn that failed for good and waits for a person."""

    id: str
    turn_id: str
    channel: str
    failure: Failure
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """A channel as it stands. `state` is `open`, `parked` (goes on by itself at `until`) or `stopped` (waits for
    a person). `pause` is a person's, beside that. `session_parent` is the session that this one begins as a copy of,
    as long as it has not begun."""

    id: str
    node: str | None
    state: Literal["open", "parked", "stopped"]
    state_kind: str | None
    state_reason: str | None
    state_until: datetime | None
    session_id: str | None
    session_started: bool
    session_since: datetime | None
    session_parent: str | None
    pause: Pause | None
    created_at: datetime
