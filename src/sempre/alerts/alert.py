"""An alert, from when it is raised until what it tells of is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    WARNING = "warning"  # it will become a problem
    PROBLEM = "problem"  # something does not work


class What(StrEnum):
    """What a notice tells."""

    RAISED = "raised"
    WORSENED = "worsened"
    ENDED = "ended"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Alert:
    id: str
    rule: str
    subject: str
    severity: Severity
    message: str
    remedy: str
    raised_at: datetime
    ended_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    notify_at: datetime
    notified_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What is told to the outside. `id` is the same at every attempt, so that a receiver sees what came twice."""

    id: str
    alert_id: str | None
    what: What
    body: str
    attempts: int
    next_at: datetime
