"""What the engine is told, and what it tells dbos. Nothing here is a person's setting."""

import logging
from dataclasses import dataclass

from dbos import DBOSConfig, DBOSPortableJSONSerializer

from sempre.db import schema
from sempre.durable._store import Store

SCHEMA = schema.ENGINE  # on Postgres; SQLite has a file of its own

# dbos recovers only work of its own version, and by default that is a hash of the workflows' source:
# any edit would orphan what is in flight. It changes only with a tool that drains or carries work over.
APPLICATION_VERSION = "1"
MAX_THREADS = 32
# Only a safety net on SQLite, where each tick costs a query for every waiting workflow: signals wake
# them directly. On Postgres they are woken by NOTIFY.
LISTENER_SECONDS = 60.0
# dbos' own look at a queue takes 5 ms; we look ourselves, see `nudge`.
UNUSED_POLL_SECONDS = 60.0
# For events and streams, which we do not use; by default dbos looks a hundred times a second.
COALESCE_SECONDS = 0.2
SCHEDULER_SECONDS = 3600.0  # we have no schedules in dbos


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """`database_url` is `sqlite:///path/engine.sqlite` or `postgresql://…`; `node` names this machine's home.

    `queues` are the queues that exist: work on `turns` may run on any node, work on `turns@<node>` only there.
    `listens` are those whose work runs in this process; by default each queue and its `@<node>`.
    Times are seconds. `executor_id` names this start of this process; by default it is a fresh one.
    """

    database_url: str
    node: str
    queues: tuple[str, ...] = ("turns",)
    listens: tuple[str, ...] | None = None
    dead_after: float = 45.0
    beat: float = 5.0
    poll: float = 1.0
    executor_id: str | None = None

    @property
    def is_postgres(self) -> bool:
        return self.database_url.startswith("postgresql")

    @property
    def listened(self) -> tuple[str, ...]:
        if self.listens is not None:
            return self.listens
        return tuple(name for queue in self.queues for name in (queue, f"{queue}@{self.node}"))


def system_database_url(store: Store) -> str:
    """With its password. dbos tells the dialect by it, also when it is given an engine."""
    return store.url.set(drivername=store.dialect.name).render_as_string(hide_password=False)


def dbos_config(store: Store, executor_id: str) -> DBOSConfig:
    """The configuration for one launch of dbos."""
    return DBOSConfig(
        name="sempre",
        system_database_engine=store,
        system_database_url=system_database_url(store),
        dbos_system_schema=SCHEMA,
        application_version=APPLICATION_VERSION,
        executor_id=executor_id,
        serializer=DBOSPortableJSONSerializer(),
        max_executor_threads=MAX_THREADS,
        notification_listener_polling_interval_sec=LISTENER_SECONDS,
        notification_coalesce_sec=COALESCE_SECONDS,
        scheduler_polling_interval_sec=SCHEDULER_SECONDS,
        log_level="WARNING",
    )


class _Expected(logging.Filter):
    """Drops what dbos warns of each time we stop: every task that close() cancels."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "Asyncio task cancelled" not in str(record.msg)


_expected = _Expected()


def quiet_logs() -> None:
    """Let dbos speak through the application's logging only."""
    log = logging.getLogger("dbos")
    if not log.handlers:  # else dbos adds a console of its own and stops propagating
        log.addHandler(logging.NullHandler())
    log.propagate = True
    log.addFilter(_expected)
