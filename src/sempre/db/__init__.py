"""The store: SQLite in the home, or Postgres. Features reach it through `Database` and their own `_store`."""

from sempre.db.database import Database, Row, Session, StoreConflictError

__all__ = ["Database", "Row", "Session", "StoreConflictError"]
