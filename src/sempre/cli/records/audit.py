"""The audit trail, and whether it is whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct


class AuditEntry(Struct, frozen=True):
    sequence: int
    at: datetime
    what: str
    by: str
    channel: str | None
    turn_id: str | None
    details: Mapping[str, object]
    mac: str


class AuditPage(Struct, frozen=True):
    items: Sequence[AuditEntry]
    next: int | None


class AuditProblem(Struct, frozen=True):
    kind: str
    sequence: int
    message: str


class AuditHead(Struct, frozen=True):
    sequence: int
    mac: str


class AuditVerification(Struct, frozen=True):
    whole: bool
    rows: int
    head: AuditHead
    anchors: int
    problems: Sequence[AuditProblem]
