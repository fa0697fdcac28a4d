"""The store: SQLite in the home, or Postgres. Features reach it through `Database` and their own `_store`."""

from sempre.db.database import Database, Session, StoreConflictError

__all__ = ["Database", "Session", "StoreConflictError"]
