"""Writes down how a workflow ended, with statements that are built once."""

import sqlalchemy as sa
from dbos._sys_db import SystemDatabase, WorkflowStatuses
from sqlalchemy.dialects import sqlite

from sempre.durable._store.rows import OneRow

_PENDING = "PENDING"


class Outcomes:
    """On SQLite, in place of `SystemDatabase._update_workflow_outcome_in_transaction`, which builds both of its
    statements at each call."""

    def __init__(self, system: SystemDatabase) -> None:
        self._system = system
        table, outputs = system.tables.workflow_status, system.tables.workflow_output
        now = system._now_ms_sql()  # noqa: SLF001  (the library's own words for it)
        ended = (
            sa.update(table)
            .values(
                status=sa.bindparam("as"),
                deduplication_id=None,
                owner_xid=None,
                updated_at=now,
                completed_at=now,
            )
            .where(table.c.workflow_uuid == sa.bindparam("of"), table.c.status == _PENDING)
        )
        insert = sqlite.insert(outputs)
        kept = insert.on_conflict_do_update(
            index_elements=[outputs.c.workflow_uuid],
            set_={"output": insert.excluded.output, "error": insert.excluded.error},
        )
        with system.engine.connect() as connection:
            self._ended = OneRow(connection, ended)
            self._ended_of = OneRow(
                connection, ended.where(table.c.owner_xid == sa.bindparam("by"))
            )
            self._kept = OneRow(connection, kept, columns=("workflow_uuid", "output", "error"))

    def __call__(
        self,
        workflow_id: str,
        status: WorkflowStatuses,
        *,
        output: str | None,
        error: str | None,
        owner_xid: str | None,
    ) -> bool:
        """False when it was not this execution's to write: cancelled, ended, or taken over."""
        ended = self._ended if owner_xid is None else self._ended_of
        with self._system.engine.begin() as connection:
            marked = ended.run(connection, {"as": status, "of": workflow_id, "by": owner_xid})
            if marked.rowcount == 0:
                return False
            values = {"workflow_uuid": workflow_id, "output": output, "error": error}
            self._kept.run(connection, values)
        return True
