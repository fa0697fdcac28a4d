"""Every table, in one MetaData: foreign keys and migrations are global. Only `_store` modules use them."""

from sempre.db.tables.access import logins, secrets, tokens
from sempre.db.tables.approvals import approvals
from sempre.db.tables.audit import audit, audit_keys, audit_marks
from sempre.db.tables.conversations import (
    attempts,
    channels,
    dead_letters,
    directives,
    sessions,
    switches,
    turns,
)
from sempre.db.tables.events import counters, events
from sempre.db.tables.ledger import ledger, prices
from sempre.db.tables.metadata import metadata

__all__ = [
    "approvals",
    "attempts",
    "audit",
    "audit_keys",
    "audit_marks",
    "channels",
    "counters",
    "dead_letters",
    "directives",
    "events",
    "ledger",
    "logins",
    "metadata",
    "prices",
    "secrets",
    "sessions",
    "switches",
    "tokens",
    "turns",
]
