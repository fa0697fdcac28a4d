"""Who owns which workflow: reads dbos' status table, and hands the work of the dead back to its queue."""

from collections.abc import Sequence

import sqlalchemy as sa

from sempre import clock


class Ownership:
    """Statements on `workflow_status`; `schema` is None on SQLite. tests/durable holds the columns to the pin."""

    def __init__(self, schema: str | None) -> None:
        self.table = sa.table(
            "workflow_status",
            sa.column("workflow_uuid", sa.Text),
            sa.column("status", sa.Text),
            sa.column("executor_id", sa.Text),
            sa.column("owner_xid", sa.Text),
            sa.column("started_at_epoch_ms", sa.BigInteger),
            sa.column("updated_at", sa.BigInteger),
            schema=schema,
        )

    def owner(self, connection: sa.Connection, workflow_id: str) -> str | None:
        """The token of the execution that may write this workflow's history."""
        query = sa.select(self.table.c.owner_xid).where(self.table.c.workflow_uuid == workflow_id)
        return connection.execute(query).scalar()

    def holders(self, connection: sa.Connection) -> list[str]:
        """Every executor that has work under way."""
        query = sa.select(self.table.c.executor_id).where(self.table.c.status == "PENDING")
        return list(connection.execute(query.distinct()).scalars())

    def hand_back(self, connection: sa.Connection, executors: Sequence[str]) -> list[str]:
        """Put what these executors were running back on its queue; gives its ids.

        What dbos does in `reenqueue_for_recovery`, but for all of it in the caller's transaction: so that an
        executor is declared dead and loses its work in the same moment, or not at all.
        """
        table = self.table
        statement = (
            sa.update(table)
            .where(table.c.status == "PENDING", table.c.executor_id.in_(executors))
            .values(
                status="ENQUEUED",
                owner_xid=None,
                started_at_epoch_ms=None,
                updated_at=clock.epoch_ns() // 1_000_000,
            )
            .returning(table.c.workflow_uuid)
        )
        return list(connection.execute(statement).scalars())
