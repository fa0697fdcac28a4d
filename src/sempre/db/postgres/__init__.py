"""A Postgres as a source of backups, by its own `pg_dump`, `pg_restore` and `psql`."""

from sempre.db.postgres.programs import MissingProgramError
from sempre.db.postgres.source import Postgres

__all__ = ["MissingProgramError", "Postgres"]
