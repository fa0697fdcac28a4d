"""Entered by Alembic only. The connection, its transaction and its lock belong to sempre.db.schema."""

from alembic import context

from sempre.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by building it anew
)
context.run_migrations()
