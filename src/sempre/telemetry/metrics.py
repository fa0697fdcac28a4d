"""Every metric, in a registry of our own. docs/reference/metrics.md explains each; a test compares.

Labels are few and bounded: no text of anyone, no ids.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, exposition

REGISTRY = CollectorRegistry()

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_TURN = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)

_STAGE = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400)
_PERSON = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400)


def written() -> tuple[bytes, str]:
    """The text that Prometheus reads, and what kind of text it is."""
    return exposition.generate_latest(REGISTRY), exposition.CONTENT_TYPE_LATEST


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"sempre_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"sempre_{name}", text, labels, registry=REGISTRY)


def _seconds(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"sempre_{name}_seconds", text, labels, registry=REGISTRY, buckets=buckets)


# States, set when the metrics are read.
QUEUE_DEPTH = _gauge("queue_depth", "Turns that wait, by channel.", "channel")
QUEUE_AGE = _gauge("queue_age_seconds", "Age of the oldest waiting turn, by channel.", "channel")
OPEN_TURNS = _gauge("open_turns", "Turns that have not ended, by state.", "state")
CHANNELS = _gauge("channels", "Channels by state: open, parked, stopped.", "state")
APPROVALS_PENDING = _gauge("approvals_pending", "Calls that wait for a person.")
APPROVALS_AGE = _gauge("approvals_age_seconds", "How long the oldest such call has waited.")
DEAD_LETTERS = _gauge("dead_letters", "Turns that failed for good and wait for a person.")
SESSIONS_ALIVE = _gauge("sessions_alive", "Live Claude Code processes.")
BUDGET_PARKED = _gauge("budget_parked_turns", "Turns that wait for a budget.")
WATCHERS = _gauge("watchers", "Open live connections.")

WAITS = _gauge("waits", "Turns that wait, by state and what they wait for.", "state", "reason")
BUDGET_USED = _gauge("budget_used_ratio", "Part of a budget that is spent today.", "budget")
ALERTS_OPEN = _gauge("alerts_open", "Alerts that last, by rule.", "rule")
DISK_FREE = _gauge("disk_free_bytes", "Free space on the disk of the home.")
BACKUP_AGE = _gauge("backup_age_seconds", "Age of the newest backup; -1: there is none.")
BACKUP_PROVEN = _gauge(
    "backup_proven",
    "Whether the newest backup passed its restore drill: 1 yes, 0 no, -1 not tried.",
)

# What happened to turns.
TURNS_ACCEPTED = _counter("turns_accepted", "Turns that came in.")
TURNS_ENDED = _counter("turns_ended", "Turns that ended, by state.", "state")
ATTEMPTS = _counter(
    "attempts", "Attempts that began, by whether they resumed a session.", "resumed"
)
RETRIES = _counter("retries", "Attempts after which a turn is tried again, by ending.", "ending")
ACCEPT_TO_START = _seconds(
    "accept_to_start", "From a turn's acceptance to its first attempt.", _TURN
)
START_TO_ANSWER = _seconds("start_to_answer", "From a turn's first attempt to its end.", _TURN)
ANSWER_TO_PUBLISH = _seconds("answer_to_publish", "From a turn's end to its giving out.", _FAST)

# Sessions and model calls.
SESSION_EVENTS = _counter("session_events", "Sessions started, resumed, lost and stopped.", "event")
MODEL_CALLS = _counter("model_calls", "Booked model calls, by model.", "model")
TOKENS = _counter("tokens", "Booked tokens, by model and kind.", "model", "kind")
COST = _counter("cost_dollars", "Booked cost in dollars, of calls with a known price.", "model")
UNPRICED_CALLS = _counter("unpriced_calls", "Booked model calls without a known price.", "model")
TOOL_CALLS = _counter("tool_calls", "Tool calls, by result: ok, error, refused.", "result")
APPROVALS = _counter(
    "approvals",
    "Calls that a person was to decide, by outcome: approve, approve_turn, refuse, expired, withdrawn, covered, "
    "unattended.",
    "outcome",
)
APPROVAL_WAIT = _seconds("approval_wait", "From the question to a person's decision.", _PERSON)
GATEWAY_REFUSALS = _counter("gateway_refusals", "Model calls refused before they left.")
GATEWAY_SECONDS = _seconds(
    "gateway", "What the gateway itself adds to a model call before its first byte.", _FAST
)

# The board.
RUNS = _gauge("runs", "Runs of cards that have not ended, by state.", "state")
RUNS_ENDED = _counter("runs_ended", "Runs of cards that ended, by kind and state.", "kind", "state")
STAGE_SECONDS = _seconds(
    "stage", "One visit of a stage, by stage and result.", _STAGE, "stage", "result"
)

# The log, the database, HTTP.
EVENTS_WRITTEN = _counter("events_written", "Events stored.")
EVENT_FLUSH = _seconds("event_flush", "One batch of events, to its commit.", _FAST)
DATABASE = _seconds(
    "database", "One transaction, waiting for its connection included.", _FAST, "kind"
)
DATABASE_FAILURES = _counter(
    "database_failures", "Transactions that the database did not take.", "kind"
)
HTTP_REQUESTS = _counter("http_requests", "Requests answered.", "method", "route", "status")
HTTP_SECONDS = _seconds(
    "http", "From a request to the end of its answer.", _FAST, "method", "route"
)
ALERT_NOTICES = _counter(
    "alert_notices", "Attempts at telling the webhook: delivered, failed, dead.", "result"
)
FORGOTTEN = _counter("forgotten_rows", "Rows that retention removed, by table.", "table")
EVENTS_PACKED = _counter("events_packed", "Events of old turns that were compressed.")
SPANS = _counter("spans", "Spans of traces, by whether the collector took them.", "result")
STARTS = _counter("runtime_starts", "Starts of the runtime in this process.", "mode")
LOG_LINES_LOST = _counter("log_lines_lost", "Log lines that the disk did not take.")
