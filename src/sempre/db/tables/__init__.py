"""Every table, in one MetaData: foreign keys and migrations are global. Only `_store` modules use them."""

from sempre.db.tables.access import logins, secrets, tokens
from sempre.db.tables.alerts import alert_notices, alerts
from sempre.db.tables.approvals import approvals
from sempre.db.tables.audit import audit, audit_keys, audit_marks
from sempre.db.tables.board import (
    boards,
    card_dependencies,
    card_events,
    card_images,
    cards,
    run_comments,
    run_stages,
    runs,
)
from sempre.db.tables.budgets import budget_warnings, budgets, releases, reservations
from sempre.db.tables.conversations import (
    attempts,
    channels,
    dead_letters,
    directives,
    sessions,
    switches,
    turns,
)
from sempre.db.tables.events import counters, event_packs, events
from sempre.db.tables.ledger import ledger, prices
from sempre.db.tables.metadata import metadata
from sempre.db.tables.policy import policy_channels, policy_rules, proposals, trusts

__all__ = [
    "alert_notices",
    "alerts",
    "approvals",
    "attempts",
    "audit",
    "audit_keys",
    "audit_marks",
    "boards",
    "budget_warnings",
    "budgets",
    "card_dependencies",
    "card_events",
    "card_images",
    "cards",
    "channels",
    "counters",
    "dead_letters",
    "directives",
    "event_packs",
    "events",
    "ledger",
    "logins",
    "metadata",
    "policy_channels",
    "policy_rules",
    "prices",
    "proposals",
    "releases",
    "reservations",
    "run_comments",
    "run_stages",
    "runs",
    "secrets",
    "sessions",
    "switches",
    "tokens",
    "trusts",
    "turns",
]
