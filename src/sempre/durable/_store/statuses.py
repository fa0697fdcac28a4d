"""Reads what dbos must know to start a workflow, with a statement that is built once."""

from typing import Any, cast

import sqlalchemy as sa
from dbos._sys_db import SystemDatabase, WorkflowStatusInternal

# What dbos calls otherwise than its columns are called.
_RENAMED = {"app_version": "application_version", "app_id": "application_id"}
_OF_INPUT = "inputs"


class Statuses:
    """In place of `SystemDatabase.get_workflow_statuses`, which builds its statement of thirty columns at each call."""

    def __init__(self, system: SystemDatabase) -> None:
        table, given = system.tables.workflow_status, system.tables.workflow_input
        self._names = [
            name
            for name in WorkflowStatusInternal.__annotations__
            if name != "shard_key"  # there are no shards
        ]
        columns = [
            sa.func.coalesce(given.c.inputs, table.c.inputs).label(_OF_INPUT)
            if name == _OF_INPUT
            else table.c[_RENAMED.get(name, name)]
            for name in self._names
        ]
        self._statement = (
            sa.select(*columns)
            .select_from(table.outerjoin(given, table.c.workflow_uuid == given.c.workflow_uuid))
            .where(table.c.workflow_uuid.in_(sa.bindparam("ids", expanding=True)))
        )

    def read(self, connection: sa.Connection, ids: list[str]) -> dict[str, WorkflowStatusInternal]:
        """By id."""
        found: dict[str, WorkflowStatusInternal] = {}
        for row in connection.execute(self._statement, {"ids": ids}):
            values: dict[str, Any] = dict(zip(self._names, row, strict=True))
            values["is_debounced"] = bool(values["is_debounced"])
            values["shard_key"] = None
            found[values["workflow_uuid"]] = cast("WorkflowStatusInternal", values)
        return found
