"""Claims the head of every free key of a queue, in one transaction of a few statements that are built once.

It does what `SystemDatabase.start_queued_partitioned_workflows` does for our queues (one at a time a key, no other
limit, one application version), which builds its statements anew each time: five sixths of what a claim takes.
"""

from typing import Any

import sqlalchemy as sa
from dbos._sys_db import SystemDatabase, WorkflowStatusInternal

from sempre.durable._store.statuses import Statuses

_ENQUEUED, _PENDING = "ENQUEUED", "PENDING"


class Claims:
    """Those of one queue, for one executor. Blocks."""

    def __init__(self, system: SystemDatabase, queue: str, *, version: str, executor: str) -> None:
        self._system = system
        self._executor = executor
        self._version = version
        table = system.tables.workflow_status
        of_version = sa.or_(
            table.c.application_version == version, table.c.application_version.is_(None)
        )
        claimable = sa.and_(
            table.c.workflow_uuid.in_(sa.bindparam("ids", expanding=True)),
            table.c.status == _ENQUEUED,
            table.c.queue_name == queue,
            table.c.queue_partition_key.is_not(None),
            of_version,
            _ours(system),
        )
        self._heads = _heads(system, queue, of_version)
        self._lock = (
            sa.select(table.c.workflow_uuid).where(claimable).with_for_update(skip_locked=True)
        )
        self._statuses = Statuses(system)
        self._start = _start(system).where(claimable).returning(table.c.workflow_uuid)

    def take(self, owner: str) -> list[WorkflowStatusInternal]:
        """Mark them as running here under the token `owner`; gives what dbos starts them with, by key."""
        with self._system.engine.begin() as connection:
            heads = [row[0] for row in connection.execute(self._heads)]
            free = self._lock_free(connection, heads)
            if not free:
                return []
            marks = {"owner": owner, "executor": self._executor, "version": self._version}
            marked = connection.execute(self._start, {"ids": free, **marks})
            started = self._statuses.read(connection, [row[0] for row in marked])
        return [started[head] for head in heads if head in started]

    def _lock_free(self, connection: sa.Connection, heads: list[str]) -> list[str]:
        """Those that nobody else is claiming just now; on SQLite the UPDATE that follows is the only writer's."""
        if not heads or connection.dialect.name == "sqlite":
            return heads
        # Never a LIMIT with SKIP LOCKED: that would slide past a locked head and start out of order.
        return [row[0] for row in connection.execute(self._lock, {"ids": heads})]


def _ours(system: SystemDatabase) -> sa.ColumnElement[bool]:
    column: sa.ColumnElement[str] = system.tables.workflow_status.c.application_name
    return sa.or_(column == system.app_name, column.is_(None)) if system.app_name else sa.true()


def _heads(
    system: SystemDatabase, queue: str, of_version: sa.ColumnElement[bool]
) -> sa.Select[str]:
    """The first of each key on which nothing runs. Keys are found by walking the index, one seek each, so that a
    long backlog costs no more than a short one."""
    table = system.tables.workflow_status
    # A literal, so that SQLite's planner sees that its partial index holds all that is looked for.
    in_flight: Any = system._in_flight_status_prover()  # noqa: SLF001  (the library's own words for it)
    queued = sa.and_(
        table.c.queue_name == queue, table.c.status == _ENQUEUED, in_flight, _ours(system)
    )
    smallest = sa.func.min(table.c.queue_partition_key)
    keys = (
        sa.select(smallest.label("key"))
        .where(queued, table.c.queue_partition_key.is_not(None))
        .cte("keys", recursive=True)
    )
    following = (
        sa.select(smallest).where(queued, table.c.queue_partition_key > keys.c.key)
    ).scalar_subquery()
    keys = keys.union_all(sa.select(following).where(keys.c.key.is_not(None)))
    running = (
        sa.select(sa.literal(1))
        .where(
            table.c.queue_name == queue,
            table.c.status == _PENDING,
            in_flight,
            table.c.queue_partition_key == keys.c.key,
        )
        .exists()
    )
    free = (
        sa.select(keys.c.key)
        .where(keys.c.key.is_not(None), ~running)
        .order_by(keys.c.key)
        .limit(system.PARTITIONED_DEQUEUE_SWEEP_CAP)
        .subquery("free")
    )
    head = (
        sa.select(table.c.workflow_uuid)
        .where(queued, table.c.queue_partition_key == free.c.key, of_version)
        .order_by(table.c.priority, table.c.created_at, table.c.workflow_uuid)
        .limit(1)
    )
    if system.engine.dialect.name == "postgresql":  # which plans a LATERAL join as a tight loop
        first = head.lateral("head")
        return (
            sa.select(first.c.workflow_uuid)
            .select_from(free.join(first, sa.true()))
            .order_by(free.c.key)
        )
    heads = sa.select(head.scalar_subquery().label("id"), free.c.key).subquery("heads")
    return sa.select(heads.c.id).where(heads.c.id.is_not(None)).order_by(heads.c.key)


def _start(system: SystemDatabase) -> sa.Update:
    table = system.tables.workflow_status
    now: Any = system._now_ms_sql()  # noqa: SLF001  (the library's own words for it)
    return table.update().values(
        status=_PENDING,
        owner_xid=sa.bindparam("owner"),
        application_version=sa.bindparam("version"),
        executor_id=sa.bindparam("executor"),
        application_name=system.app_name,
        started_at_epoch_ms=now,
        rate_limited=False,
        recovery_attempts=table.c.recovery_attempts + 1,
        updated_at=now,
    )
