"""The processes of a cluster: one row each, kept fresh by its own beat. Postgres only."""

from collections.abc import Sequence

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from sempre.durable._store.ownership import Ownership

# Any constants of our own: one serialises the creation of the table, one lets one process reap at a time.
_CREATE_LOCK = 7_261_001
_REAP_LOCK = 7_261_002
_REAP_PATIENCE = "1s"
_LOCK_NOT_AVAILABLE = "55P03"

_log = structlog.stdlib.get_logger(__name__)


class Executors:
    """All times are the database's: the clocks of two machines are never compared."""

    def __init__(self, store: sa.Engine, schema: str, ownership: Ownership, me: str) -> None:
        self._store = store
        self._schema = schema
        self._ownership = ownership
        self._me = me
        self._table = sa.Table(
            "executors",
            sa.MetaData(schema=schema),
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("node", sa.Text, nullable=False),
            sa.Column("beat", sa.DateTime(timezone=True), nullable=False),
        )

    def join(self, node: str) -> None:
        """Enter this process. Must come before its first claim, or nobody would know whose work that is."""
        with self._store.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATE_LOCK)))
            inspector = sa.inspect(connection)
            if not inspector.has_schema(
                self._schema
            ):  # IF NOT EXISTS wants rights even when it does
                connection.execute(sa.schema.CreateSchema(self._schema))
            self._table.metadata.create_all(connection)
            row = {"id": self._me, "node": node, "beat": sa.func.now()}
            connection.execute(sa.insert(self._table).values(row))

    def nodes(self) -> frozenset[str]:
        """The nodes whose processes are entered: alive, or not yet found dead."""
        with self._store.begin() as connection:
            return frozenset(connection.execute(sa.select(self._table.c.node)).scalars())

    def beat(self) -> bool:
        """Say that this process lives; false when it was declared dead."""
        mine = self._table.c.id == self._me
        statement = sa.update(self._table).where(mine).values(beat=sa.func.now())
        with self._store.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def confirm(self, workflow_id: str) -> str | None:
        """Beat, and read who owns the workflow, in one statement; None when this process was declared dead.

        The beat locks the row that a reaper deletes, so after this there are dead_after seconds in which
        nobody takes the work away.
        """
        status = self._ownership.table
        owner = sa.select(status.c.owner_xid).where(status.c.workflow_uuid == workflow_id)
        statement = (
            sa.update(self._table)
            .where(self._table.c.id == self._me)
            .values(beat=sa.func.now())
            .returning(owner.scalar_subquery())
        )
        with self._store.begin() as connection:
            return connection.execute(statement).scalar()

    def reap(self, dead_after: float) -> list[str]:
        """Declare the silent dead and hand their work back; gives the ids of that work. Nothing, if somebody holds a
        row of theirs: who waited for it would not beat meanwhile, and is asked again at the next beat."""
        patience = sa.func.set_config("lock_timeout", _REAP_PATIENCE, True)
        lock = sa.func.pg_try_advisory_xact_lock(_REAP_LOCK)
        limit = sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, dead_after)
        try:
            with self._store.begin() as connection:
                if not connection.execute(sa.select(lock, patience)).scalar():
                    return []
                return self._bury(connection, self._table.c.beat < limit)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            _log.warning("engine.reap_put_off", reason=str(error.orig))
            return []

    def replace(self, node: str) -> list[str]:
        """Declare this node's earlier processes dead: its home is locked, so this is the only living one."""
        with self._store.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_REAP_LOCK)))
            return self._bury(connection, self._table.c.node == node)

    def leave(self) -> list[str]:
        """Hand back what is left here and take this process out; nothing of it runs any more."""
        with self._store.begin() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.id == self._me))
            return self._ownership.hand_back(connection, [self._me])

    def notify(self, topic: str, queues: Sequence[str]) -> None:
        """Tell the other processes that there may be work on these queues."""
        with self._store.begin() as connection:
            for queue in queues:
                connection.execute(sa.select(sa.func.pg_notify(topic, queue)))

    def _bury(self, connection: sa.Connection, silent: sa.ColumnElement[bool]) -> list[str]:
        # Read before the rows: a process enters its row first and claims after that.
        holders = self._ownership.holders(connection)
        others = self._table.c.id != self._me
        gone = sa.delete(self._table).where(silent, others).returning(self._table.c.id)
        dead = set(connection.execute(gone).scalars())
        known = set(connection.execute(sa.select(self._table.c.id)).scalars())
        # Work of somebody without a row: one who was declared dead and claimed before noticing it.
        dead |= set(holders) - known
        return self._ownership.hand_back(connection, sorted(dead)) if dead else []
