"""Turns, and how they were tried."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class Failure(Struct, frozen=True):
    kind: str
    message: str


class Attempt(Struct, frozen=True):
    number: int
    state: str
    failure: Failure | None
    started_at: datetime
    ended_at: datetime | None
    resumed: bool


class Usage(Struct, frozen=True):
    input_tokens: int
    output_tokens: int


class TurnSummary(Struct, frozen=True):
    id: str
    channel: str
    worker: str | None
    number: int
    state: str
    prompt_head: str
    failure: Failure | None
    model: str | None
    session_id: str | None
    usage: Usage
    cost_micros: int | None
    attempts: int
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    published_at: datetime | None
    retry_at: datetime | None

    @property
    def name(self) -> str:
        """How a person says it: `coder#12`."""
        return f"{self.worker or self.channel}#{self.number}"

    @property
    def ended(self) -> bool:
        return self.finished_at is not None


class Turn(TurnSummary, frozen=True):
    prompt: str
    answer: str | None
    attempt_log: Sequence[Attempt]


class TurnPage(Struct, frozen=True):
    items: Sequence[TurnSummary]
    next: str | None
