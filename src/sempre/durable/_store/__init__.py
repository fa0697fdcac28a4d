"""The engine's own database and the few statements that dbos does not offer."""

from sempre.durable._store.claims import Claims
from sempre.durable._store.engines import Store, open_store, reachable, stop_waiting, sync
from sempre.durable._store.executors import Executors
from sempre.durable._store.outcomes import Outcomes
from sempre.durable._store.ownership import Ownership
from sempre.durable._store.rows import Inserts

__all__ = [
    "Claims",
    "Executors",
    "Inserts",
    "Outcomes",
    "Ownership",
    "Store",
    "open_store",
    "reachable",
    "stop_waiting",
    "sync",
]
