"""Turns that used up their attempts."""

from datetime import datetime

from msgspec import Struct

from sempre.cli.records.turns import Failure


class DeadLetter(Struct, frozen=True):
    id: str
    turn_id: str
    channel: str
    worker: str | None
    number: int
    payload: str
    failure: Failure
    attempts: int
    created_at: datetime

    @property
    def name(self) -> str:
        return f"{self.worker or self.channel}#{self.number}"


class LettersDone(Struct, frozen=True):
    matched: int
    done: int
    skipped: int
    remaining: int
