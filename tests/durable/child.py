"""A process with an engine, for tests that kill, freeze and restart one: `python -m tests.durable.child`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from sempre import durable
from tests.durable import workflows
from tests.durable.place import Place, arrive, here

DECLARED_DEAD = 3
# By what it was doing: how a statement begins after which its transaction holds a lock.
FREEZES = {
    "beat": "UPDATE engine.executors",
    "reap": "SELECT DISTINCT engine.workflow_status.executor_id",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("role")
    parser.add_argument("--node", default="n1")
    parser.add_argument("--listens", type=json.loads, default=None)
    parser.add_argument("--submit", type=json.loads, default=[])
    parser.add_argument("--stop-before-submit", action="store_true")
    parser.add_argument("--freeze", choices=FREEZES, help="in a transaction, at the gate freeze")
    parser.add_argument("--linger", action="store_true", help="when declared dead")
    parser.add_argument("--dead-after", type=float, default=45.0)
    parser.add_argument("--grace", type=float, default=0.0)
    return parser.parse_args()


def freeze_after(beginning: str) -> None:
    """Stop this process right after such a statement, once, when the gate is open by then."""

    def stop(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning) and here().passed("freeze"):
            here().note("frozen")
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(0.1)  # this thread may be the last to stop

    event.listen(sa.Engine, "after_cursor_execute", stop)


async def run(told: argparse.Namespace) -> int:
    engine = durable.Engine(
        durable.EngineSettings(
            database_url=told.url,
            node=told.node,
            listens=None if told.listens is None else tuple(told.listens),
            dead_after=told.dead_after,
            beat=told.dead_after / 8,
            poll=60.0,  # whatever starts within a test was nudged
        )
    )
    workflows.engines[:] = [engine]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await engine.launch()
    here().note("launched")
    if told.stop_before_submit:
        here().note("committed")
        await here().gate("submit")
    submissions: list[dict[str, Any]] = told.submit
    for each in submissions:
        each["args"] = tuple(each["args"])
        await engine.submit(**each)
    here().note("submitted")
    ends = [asyncio.ensure_future(event.wait()) for event in (stop, engine.lost)]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()
    if engine.lost.is_set():
        here().note("lost")
        if told.linger:
            await here().gate("leave")
    await engine.close(told.grace)
    here().note("closed")
    return DECLARED_DEAD if engine.lost.is_set() else 0


def main() -> int:
    told = arguments()
    logging.basicConfig(level=logging.INFO)
    arrive(Place(told.folder, told.role))
    if told.freeze:
        freeze_after(FREEZES[told.freeze])
    return asyncio.run(run(told))


if __name__ == "__main__":
    sys.exit(main())
