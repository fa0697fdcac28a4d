"""What comes in, what goes out, and how a turn stands. Plain values; times are UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TurnState(StrEnum):
    """Where a turn stands. Only `conversations` changes it."""

    QUEUED = "queued"  # stored; others of its channel come first
    RUNNING = "running"  # an attempt is under way
    WAITING = "waiting"  # a person must decide something
    PARKED = "parked"  # quota, budget, back-off, or its channel is parked or stopped
    ANSWERED = "answered"
    FAILED = "failed"  # used up its attempts, or can't be answered at all; a dead letter
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({TurnState.ANSWERED, TurnState.FAILED, TurnState.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message that came in on a channel.

    `(channel, external_id)` is unique for ever: the same one again is the same turn.
    `origin` says where it came from (file name, request id, schedule); it is shown to people.
    `failure` is set when the message itself is unusable (empty, not UTF-8, too large): it becomes a turn that
    has failed, so that it gets its number, its record and its dead letter like any other.
    """

    channel: str
    external_id: str
    text: str
    received_at: datetime
    origin: Mapping[str, str] = field(default_factory=dict[str, str])
    failure: "Failure | None" = None

    @property
    def request_id(self) -> str:
        return request_of(self.origin, self.external_id)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What became of an Inbound. `fresh` is false when it had been accepted before."""

    turn_id: str
    number: int
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a turn or an attempt did not end in an answer. `kind` is stable; `message` says what to do."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What an answer took. Tokens as the provider counts them; money in micro-dollars, None when unknown."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_micros: int | None = 0

    def __add__(self, other: "Usage") -> "Usage":
        known = self.cost_micros is not None and other.cost_micros is not None
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            cost_micros=(self.cost_micros or 0) + (other.cost_micros or 0) if known else None,
        )


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """How a turn ended, for its channel to give out. Made only from the turn's row, so giving it out twice
    gives the same bytes. `key` is the idempotency key; `number` is the N of `task_N`."""

    key: str
    turn_id: str
    channel: str
    external_id: str
    number: int
    state: TurnState  # ANSWERED, FAILED or CANCELLED
    text: str | None
    prompt: str
    origin: Mapping[str, str]
    failure: Failure | None
    session_id: str | None
    model: str | None
    usage: Usage
    attempts: int
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime

    @property
    def request_id(self) -> str:
        return request_of(self.origin, self.external_id)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The channel gave it out; `where` is what a person can look at (a path, a message id)."""

    where: str


def request_of(origin: Mapping[str, str], external_id: str) -> str:
    """What every log line about a message calls it: the request that brought it, else what its channel knows it by."""
    return origin.get("request_id") or external_id
