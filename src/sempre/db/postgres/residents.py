"""Who has a database in use: the processes that beat in the engine's schema. A restore must not pull it away from under
them."""

import sqlalchemy as sa

from sempre.db import schema
from sempre.errors import ConflictError

BEATS = f'"{schema.ENGINE}"."executors"'
_STANDS = sa.text("SELECT to_regclass(:name)")


def stand(connection: sa.Connection) -> bool:
    """Whether there is a table of beats at all."""
    return connection.execute(_STANDS, {"name": BEATS}).scalar() is not None


def refuse(connection: sa.Connection, *, node: str, dead_after: float) -> None:
    """Raises ConflictError while another node lives; this one's home is locked by whoever asks."""
    if not stand(connection):
        return
    living = sa.text(
        f"SELECT node, extract(epoch FROM clock_timestamp() - beat) FROM {BEATS}"  # noqa: S608  (a name of our own)
        " WHERE node <> :node AND beat > clock_timestamp() - make_interval(secs => :limit)"
        " ORDER BY beat DESC"
    )
    found = connection.execute(living, {"node": node, "limit": dead_after}).first()
    if found is not None:
        raise ConflictError(
            f"Another Sempre has this database in use: node {found[0]}, which was heard of {float(found[1]):.0f} "
            f"seconds ago. Stop every Sempre on it, then restore again; one that was killed counts as gone after "
            f"{dead_after:.0f} seconds. Nothing was changed.",
            code="already_running",
        )


def guard(*, node: str, dead_after: float) -> list[str]:
    """The same as statements of the transaction that replaces everything: whoever starts meanwhile waits for its end."""
    name = node.replace("'", "''")
    lives = (
        f"SELECT 1 FROM {BEATS} WHERE node <> '{name}' "  # noqa: S608  (an id of our own)
        f"AND beat > clock_timestamp() - make_interval(secs => {float(dead_after)})"
    )
    said = "another Sempre has this database in use"
    return [
        f"LOCK TABLE {BEATS} IN ACCESS EXCLUSIVE MODE",
        f"DO $guard$ BEGIN IF EXISTS ({lives}) THEN RAISE EXCEPTION '{said}'; END IF; END $guard$",
    ]
