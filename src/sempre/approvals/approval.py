"""One call that a person decides about, as it stands in the database, opened. Read-only values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sempre.contract.actions import Action, Risk


class State(StrEnum):
    """Where it stands. A person can decide only what is open: pending or unknown."""

    PENDING = "pending"
    APPROVED = "approved"  # and not yet run
    REFUSED = "refused"
    EXPIRED = "expired"  # nobody decided in time, which refuses it
    WITHDRAWN = "withdrawn"  # its turn or session ended before; it never runs
    RELEASED = "released"  # it was let through, once
    UNKNOWN = "unknown"  # let through, then something broke; whether it ran is not known


OPEN = frozenset({State.PENDING, State.UNKNOWN})


class Decision(StrEnum):
    APPROVE = "approve"
    APPROVE_TURN = "approve_turn"  # and calls like it until the turn ends
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """`deferred`: its turn waits without a process. `settled_at`: its turn has ended. Times are UTC."""

    id: str
    channel: str
    turn_id: str
    session_id: str
    call_id: str
    subagent: str | None
    tool: str
    input: Mapping[str, object]
    changed_input: Mapping[str, object] | None
    why: str
    directory: str
    rule: str
    rule_reason: str
    risk: Risk
    risk_reason: str
    state: State
    deferred: bool
    asked_at: datetime
    expires_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    released_at: datetime | None
    releases: int
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def action(self) -> Action:
        """The call as it would be made now: with the person's input, if they changed it."""
        return Action(
            channel=self.channel,
            turn_id=self.turn_id,
            call_id=self.call_id,
            tool=self.tool,
            input=self.input if self.changed_input is None else self.changed_input,
            directory=self.directory,
            session_id=self.session_id,
            subagent=self.subagent,
            why=self.why,
        )
