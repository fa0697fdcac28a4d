"""Every private part of dbos that we rely on, in one place, but for what the statements of `_store` are built from; all
of it blocks, none of it is called elsewhere.

Held to the pinned version by tests/durable/test_internals.py, whose message says what to do on an upgrade.
"""

# ruff: noqa: SLF001  (what this module is for)

import asyncio
import logging
import threading
import time
from collections.abc import Sequence

from dbos import DBOS, _workflow_commands
from dbos._context import current_owner_xid
from dbos._core import execute_dequeued_workflow, prepare_enqueued_workflow
from dbos._utils import GlobalParams, generate_uuid

from sempre import clock
from sempre.durable._store import Claims, Inserts, Outcomes
from sempre.durable.submissions import Submission

_log = logging.getLogger(__name__)
_CLAIMER = "queue-worker-"
_CLAIM_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.001
_UNUSED_QUEUE_SECONDS = 60.0
_UNUSED_JOBS_SECONDS = 4.0  # on Postgres they hold a lock that dbos gives up after 5


def slow_down(dbos: DBOS) -> None:
    """Before the launch: do each second's work for what we do not use more rarely.

    That is polling dbos' own queue, and looking for workflows that are delayed or have run out of time.
    """
    dbos._registry.get_internal_queue()._polling_interval_sec = _UNUSED_QUEUE_SECONDS
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = _UNUSED_JOBS_SECONDS


def speed_up(dbos: DBOS) -> None:
    """After the launch: insert one row or many in a sixth of the time, and note an outcome in half."""
    dbos._sys_db._insert_rows = Inserts()
    if dbos._sys_db.engine.dialect.name == "sqlite":
        dbos._sys_db._update_workflow_outcome_in_transaction = Outcomes(dbos._sys_db)


def insert(dbos: DBOS, submissions: Sequence[Submission]) -> None:
    """Enqueue all of them in one transaction, in this order; those that are there already stay as they are.

    Not dbos' public enqueue: that makes a transaction for each, and on SQLite with Python 3.11 stamps them in
    whole seconds; this stamps each key's submissions in strictly rising milliseconds.
    """
    rows = [
        prepare_enqueued_workflow(
            dbos,
            dbos._registry.workflow_info_map[each.name],
            tuple(each.args),
            {},
            queue_name=each.queue,
            workflow_id=each.workflow_id,
            queue_partition_key=each.queue_key,
        )
        for each in submissions
    ]
    for row, each in zip(rows, submissions, strict=True):
        row["priority"] = each.sequence
    dbos._sys_db.init_workflows(rows)


def claims(dbos: DBOS, queue: str) -> Claims:
    """What `claim` claims with; once for each queue, after the launch."""
    return Claims(
        dbos._sys_db, queue, version=GlobalParams.app_version, executor=GlobalParams.executor_id
    )


def claim(dbos: DBOS, claims: Claims) -> None:
    """Start what is at the head of every free key, as the queue's thread does at its next poll."""
    owner = generate_uuid()
    # From here on the rows are ours: each must be started, or it would wait for a recovery.
    for row in claims.take(owner):
        try:
            execute_dequeued_workflow(dbos, row, owner)
        except Exception:  # noqa: BLE001  (one that cannot start must not keep back the others)
            workflow_id = row["workflow_uuid"]
            _log.exception("A claimed workflow did not start.", extra={"workflow": workflow_id})


def stop_claiming(dbos: DBOS) -> None:
    """No queue is polled any more. What `destroy` does first."""
    for event in dbos.background_thread_stop_events:
        event.set()


def stop_retrying(dbos: DBOS) -> None:
    """From now on a lost connection is an error: dbos' threads would try again for ever, and keep the process."""
    if dbos._sys_db_field is not None:
        dbos._sys_db_field._retry_connection_errors = False


def join_claimers() -> None:
    """Wait until no queue's thread is in the middle of a claim."""
    end = clock.ticks() + _CLAIM_SECONDS
    while claimers := [each for each in threading.enumerate() if each.name.startswith(_CLAIMER)]:
        for thread in claimers:
            if thread.is_alive():  # one that is just being started cannot be joined yet
                thread.join(_CLAIM_SECONDS)
        if clock.ticks() > end:
            return
        time.sleep(_LOOK_AGAIN_SECONDS)


def tasks(dbos: DBOS) -> set[asyncio.Task[object]]:
    """The tasks of the workflows that run here."""
    return set(dbos._workflow_tasks)


def wake(dbos: DBOS, workflow_id: str, topic: str) -> None:
    """Wake a workflow that waits here, instead of at the next tick of dbos' listener."""
    waiting = dbos._sys_db.notifications_map.get(f"{workflow_id}::{topic}")
    if waiting is not None:
        waiting.set()


def queues_of(dbos: DBOS, workflow_id: str) -> list[str]:
    """The queue that this workflow, which runs here, came from; several after it was queued anew elsewhere."""
    buckets = dbos._active_workflows_set._m.get(workflow_id, [])
    return [bucket[0] for bucket in buckets if bucket is not None]


def my_token(workflow_id: str) -> str | None:
    """The token under which the calling execution writes this workflow's history."""
    return current_owner_xid(workflow_id)


def abandon_listener(dbos: DBOS) -> None:
    """Let `destroy` not wait for the listener, which on SQLite sleeps between its ticks and cannot be woken.

    It is a daemon, ends at its next tick, and looks at nothing when no workflow waits any more.
    """
    if dbos._sys_db_field is None:  # its launch failed
        return
    listener = dbos._sys_db.run_notification_listener
    dbos._background_threads[:] = [
        thread
        for thread in dbos._background_threads
        if getattr(thread, "_target", None) != listener
    ]


def finish_writes(dbos: DBOS) -> None:
    """Wait until what the threads of cancelled workflows were writing is written."""
    dbos._executor.shutdown(wait=True)
