"""Who is logged in, by the hash of what they hold, and secrets, sealed."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

logins = sa.Table(
    "logins",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),  # SHA-256 of a link's token or a cookie's
    sa.Column("kind", sa.Text, nullable=False),  # link, cookie
    sa.Column("scopes", sa.Text, nullable=False),  # what it allows, words with blanks between
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sealed_column("value"),
    sa.Column("changed_at", Moment, nullable=False),
)
