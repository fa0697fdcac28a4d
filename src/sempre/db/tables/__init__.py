"""Every table, in one MetaData: foreign keys and migrations are global. Only `_store` modules use them."""

from sempre.db.tables.access import logins, secrets
from sempre.db.tables.conversations import attempts, channels, dead_letters, turns
from sempre.db.tables.events import counters, events
from sempre.db.tables.ledger import ledger, prices
from sempre.db.tables.metadata import metadata

__all__ = [
    "attempts",
    "channels",
    "counters",
    "dead_letters",
    "events",
    "ledger",
    "logins",
    "metadata",
    "prices",
    "secrets",
    "turns",
]
