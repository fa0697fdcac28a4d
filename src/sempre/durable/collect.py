"""Deletes finished workflows from the engine's database: dbos keeps them for ever."""

from datetime import datetime

from dbos import DBOS

from sempre.durable.states import TERMINAL

_BATCH = 500


def collect(older_than: datetime) -> int:
    """Delete what ended before that moment; says how many. Blocks; short transactions, so others get through."""
    collected = 0
    while True:
        ended = DBOS.list_workflows(
            status=TERMINAL,
            completed_before=older_than.isoformat(),
            limit=_BATCH,
            load_input=False,
            load_output=False,
        )
        if not ended:
            return collected
        DBOS.delete_workflows([each.workflow_id for each in ended])
        collected += len(ended)
