"""Holds sempre.durable.internals to the one version of dbos that it was written for."""

import asyncio
import hashlib
import inspect
import logging
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, _core, _queue, _recovery, _workflow_commands
from dbos._sys_db import SystemDatabase
from dbos._sys_db_postgres import BACKGROUND_JOB_LOCK_IDLE_TIMEOUT_MS
from dbos._utils import INTERNAL_QUEUE_NAME, GlobalParams

from tests.durable.conftest import Launch
from tests.durable.place import Place

PINNED = "3.4.0"
ON_UPGRADE = (
    "dbos has changed in a part that sempre.durable relies on. Read what changed in {name}, adapt"
    " sempre/durable (internals.py, _store/ownership.py, engine.py), run tests/durable and"
    " `python -m benchmarks.engine`, then set the new pin and what stands here."
)

SIGNATURES: dict[Callable[..., Any], list[str]] = {
    _core.prepare_enqueued_workflow: [
        "dbos",
        "func",
        "args",
        "kwargs",
        "queue_name",
        "workflow_id",
        "queue_partition_key",
    ],
    _core.execute_dequeued_workflow: ["dbos", "status", "owner_xid"],
    SystemDatabase._insert_rows: ["self", "conn", "build", "rows", "returning"],
    SystemDatabase.init_workflows: ["self", "statuses"],
    SystemDatabase.start_queued_partitioned_workflows: [
        "self",
        "queue",
        "executor_id",
        "app_version",
        "max_tasks",
        "owner_xid",
        "is_latest_version",
    ],
    SystemDatabase.get_workflow_statuses: ["self", "workflow_ids"],
    SystemDatabase._update_workflow_outcome_in_transaction: [
        "self",
        "workflow_id",
        "status",
        "output",
        "error",
        "owner_xid",
    ],
    SystemDatabase._in_flight_status_prover: ["self"],
    SystemDatabase._now_ms_sql: ["self"],
    SystemDatabase.run_notification_listener: ["self"],
}

# What we do as dbos does it, or rely on the inner order of: a digest of the source.
DIGESTS: dict[Callable[..., Any], str] = {
    SystemDatabase.reenqueue_for_recovery: "ac0bc1c45d8c36e4",  # Ownership.hand_back does the same for many
    SystemDatabase.init_workflows: "8725b9c10c34fd49",  # strictly rising created_at within a key
    SystemDatabase.start_queued_partitioned_workflows: "49ea7aca87a15355",  # priority, created_at, id; one per key
    SystemDatabase._update_workflow_outcome_in_transaction: "e555fad129a51d8b",  # Outcomes
    SystemDatabase.recv_setup: "e6c57a879357291f",  # registers before it looks, so `wake` misses nobody
    _core._execute_workflow_async: "ab534cdce293e4b2",  # the task ends after the outcome is written
    _core._supervise_step: "4e5d944dd8ec27fb",  # a cancelled step is not recorded
    _core.execute_dequeued_workflow: "2434b435322ba8bb",  # runs in the loop that launched
    _queue.queue_worker_thread: "c0b22c3a946ff0c7",  # `claim` is its body
    _recovery.startup_recovery_thread: "d103d927ccc27457",  # finds nothing: executor ids are fresh
    _workflow_commands.background_jobs_thread: "60186147666ca45e",
    DBOS._destroy: "09e06f5ebe7bcf77",  # `stop_claiming` is its beginning
}


def named(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def digest(function: Callable[..., Any]) -> str:
    return hashlib.sha256(inspect.getsource(inspect.unwrap(function)).encode()).hexdigest()[:16]


def test_the_pin_is_the_version_that_is_installed_and_tested() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert f"dbos=={PINNED}" in project["dependencies"]
    assert version("dbos") == PINNED, ON_UPGRADE.format(name="every file named below")


@pytest.mark.parametrize("function", SIGNATURES, ids=named)
def test_a_private_function_takes_what_we_give_it(function: Callable[..., Any]) -> None:
    told = list(inspect.signature(function).parameters)
    assert told == SIGNATURES[function], ON_UPGRADE.format(name=named(function))


@pytest.mark.parametrize("function", DIGESTS, ids=named)
def test_a_function_whose_inner_order_we_rely_on_is_unchanged(
    function: Callable[..., Any],
) -> None:
    assert digest(function) == DIGESTS[function], ON_UPGRADE.format(name=named(function))


async def test_the_private_state_we_read_is_there(launch: Launch, place: Place) -> None:
    engine = await launch()
    dbos = engine._launched()
    await engine.submit("test.wait", "turn:a:1", queue_key="a", args=(1,))
    await place.until("waits", 1)
    while True:  # it registers in a thread
        if dbos._sys_db.notifications_map.get("turn:a:1::go") is not None:
            break
        await asyncio.sleep(0.01)
    assert dbos._active_workflows_set._m["turn:a:1"] == [("turns", "a")]
    assert len(dbos._workflow_tasks) == 1
    assert GlobalParams.executor_id.startswith("n1:")
    assert GlobalParams.app_version == "1"
    assert dbos._registry.internal_queue_map[INTERNAL_QUEUE_NAME]._polling_interval_sec == 60.0
    assert BACKGROUND_JOB_LOCK_IDLE_TIMEOUT_MS == 5000
    assert _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC == 4.0
    assert all(event.is_set() is False for event in dbos.background_thread_stop_events)
    assert any(
        getattr(thread, "_target", None) == dbos._sys_db.run_notification_listener
        for thread in dbos._background_threads
    )


async def test_dbos_logs_through_the_application_only(
    launch: Launch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = await launch()
    log = logging.getLogger("dbos")
    log.warning("something is wrong")
    await engine.close()
    told = capsys.readouterr()
    assert "something is wrong" in caplog.text
    assert "something is wrong" not in told.out + told.err
    assert "console.dbos.dev" not in caplog.text + told.out + told.err
    assert log.level == logging.WARNING
