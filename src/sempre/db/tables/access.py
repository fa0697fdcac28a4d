"""Who is logged in and which tokens there are, by the hash of what they hold; secrets, sealed."""

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
    sa.Column("made_with", sa.Text, index=True),  # the API token whose holder made it
    sa.Column("seen_at", Moment),  # when the person last looked at the page
    sa.Column("away_since", Moment),  # when they had last looked before this visit
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),  # SHA-256 of the token
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),  # what it allows, words with blanks between
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("made_with", sa.Text, index=True),  # the token whose holder made it
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sealed_column("value"),
    sa.Column("changed_at", Moment, nullable=False),
)
