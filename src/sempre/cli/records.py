"""What the command line reads of the API's answers; the rest of an answer is passed over. A test holds these
against the API's own description."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import MsgspecError, Raw, Struct, json

from sempre.errors import UnavailableError

T = TypeVar("T")


class Failure(Struct, frozen=True):
    kind: str
    message: str


class Budget(Struct, frozen=True):
    scope: str
    kind: str
    micros: int | None
    tokens: int | None
    warn_percent: int
    spent_micros: int | None
    spent_tokens: int | None
    reserved_micros: int
    reserved_tokens: int
    unknown_cost_calls: int
    used_ratio: float | None


class BudgetOverview(Struct, frozen=True):
    next_day_at: datetime
    items: Sequence[Budget]
    parked_turns: int


class Spent(Struct, frozen=True):
    calls: int
    unknown_cost_calls: int
    cost_micros: int
    tokens: int


class SpentTurn(Struct, frozen=True):
    channel: str
    worker: str | None
    number: int
    prompt_head: str


class SpendItem(Spent, frozen=True):
    key: str
    turn: SpentTurn | None


class SpendReport(Struct, frozen=True):
    by: str
    total: Spent
    items: Sequence[SpendItem]
    next: str | None


class Forecast(Struct, frozen=True):
    cost_micros: int
    tokens: int


class SpendToday(Struct, frozen=True):
    total: Spent
    forecast: Forecast
    budget_micros: int | None
    budget_tokens: int | None
    used_ratio: float | None


class Price(Struct, frozen=True):
    model: str
    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_hour: int
    own: bool


class Attempt(Struct, frozen=True):
    number: int
    state: str
    failure: Failure | None
    started_at: datetime
    ended_at: datetime | None
    resumed: bool
    counted: bool


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


class Event(Struct, frozen=True):
    id: int
    at: datetime
    kind: str
    channel: str | None
    turn_id: str | None
    seq: int | None
    details: Mapping[str, object]


class EventPage(Struct, frozen=True):
    items: Sequence[Event]
    next: int | None


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


class DeadLetterPage(Struct, frozen=True):
    items: Sequence[DeadLetter]
    next: str | None


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


class ApprovalPage(Struct, frozen=True):
    items: Sequence[ApprovalSummary]
    next: str | None
    open: int


class WorkerToday(Struct, frozen=True):
    answered: int
    failed: int
    cost_micros: int | None


class Ignored(Struct, frozen=True):
    name: str
    reason: str


class Worker(Struct, frozen=True):
    name: str
    channel: str
    state: str
    state_reason: str | None
    state_until: datetime | None
    queued: int
    oldest_queued_at: datetime | None
    live: TurnSummary | None
    today: WorkerToday
    ignored: Sequence[Ignored]


class Counts(Struct, frozen=True):
    running: int
    queued: int
    parked: int
    waiting: int
    approvals: int
    proposals: int
    dead: int


class Today(Struct, frozen=True):
    answered: int
    failed: int
    cost_micros: int
    unknown_cost_calls: int


class ConnectionSummary(Struct, frozen=True):
    kind: str
    detail: str | None


class Suspended(Struct, frozen=True):
    since: datetime
    by: str
    reason: str | None


class SettingsFile(Struct, frozen=True):
    problem: str | None
    waiting: Sequence[str]


class Status(Struct, frozen=True):
    version: str
    mode: str
    home: str
    started_at: datetime
    database: str
    connection: ConnectionSummary
    suspended: Suspended | None
    counts: Counts
    today: Today
    settings: SettingsFile
    waiting_for_real_model: int
    last_event_id: int


class Connection(Struct, frozen=True):
    kind: str
    source: str | None
    hint: str | None
    base_url: str | None


class Token(Struct, frozen=True):
    id: str
    name: str
    scopes: Sequence[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    valid: bool


class NewToken(Token, frozen=True):
    secret: str


class Pause(Struct, frozen=True):
    until: datetime | None


class ChannelHold(Struct, frozen=True):
    pause: Pause | None


class WorkerSession(Struct, frozen=True):
    id: str
    current: bool
    origin: str | None
    parent: str | None
    began_at: datetime
    turns: int
    cost_micros: int | None


class LettersDone(Struct, frozen=True):
    matched: int
    done: int
    skipped: int
    remaining: int


class LoginLink(Struct, frozen=True):
    url: str
    expires_at: datetime


def read(answer: bytes | Raw, kind: type[T]) -> T:
    """Raises UnavailableError when it is not of that form."""
    try:
        return json.decode(answer, type=kind)
    except MsgspecError as error:
        raise UnavailableError(
            f"What answered is not the Sempre of this home, or of another release ({error}). Start this one again "
            "with `sempre up`.",
            code="not_ours",
        ) from error


class PolicyRule(Struct, frozen=True):
    id: str
    verdict: str
    channel: str
    tool: str
    command: str
    path: str
    risk: str | None
    note: str


class SettingsRule(Struct, frozen=True):
    rule: PolicyRule
    holds: bool
    state: str | None
    proposal_id: str | None


class PolicyChannel(Struct, frozen=True):
    channel: str
    on_ask: str
    unattended: bool


class Policy(Struct, frozen=True):
    version: str
    rules: Sequence[PolicyRule]
    settings_rules: Sequence[SettingsRule]
    channels: Sequence[PolicyChannel]
    proposals_waiting: int


class PolicyAnswer(Struct, frozen=True):
    needs: str
    verdict: str
    rule: str
    reason: str


class PolicyTest(Struct, frozen=True):
    verdict: str
    rule: str
    reason: str
    risk: str
    risk_reason: str
    on_ask: str
    outcome: str
    answers: Sequence[PolicyAnswer]


class PolicyProposal(Struct, frozen=True):
    id: str
    headline: str
    state: str
    wanted: bool
    proposed_at: datetime


class ProposalList(Struct, frozen=True):
    items: Sequence[PolicyProposal]


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


class FolderTrust(Struct, frozen=True):
    worker: str
    directory: str
    state: str
    contents: str
    files: Sequence[str]
