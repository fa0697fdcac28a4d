"""Actions that wait for a person, or did."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class ApprovalSummary(Struct, frozen=True):
    id: str
    channel: str
    worker: str | None
    turn_id: str
    turn_number: int
    prompt_head: str
    headline: str
    why: str
    rule: str
    rule_reason: str
    risk: str
    risk_reason: str
    state: str
    asked_at: datetime
    expires_at: datetime
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None

    @property
    def turn(self) -> str:
        return f"{self.worker or self.channel}#{self.turn_number}"


class Approval(ApprovalSummary, frozen=True):
    directory: str
    input: Mapping[str, object]
    changed_input: Mapping[str, object] | None
