"""A person's rules, what channels do with what nobody decided, what a file wants and a person must approve, and which
folders are trusted."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.tables.metadata import metadata

policy_rules = sa.Table(
    "policy_rules",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),  # allow, ask, deny
    sa.Column("channel", sa.Text, nullable=False),  # each condition: empty holds for all
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("risk", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
)

policy_channels = sa.Table(
    "policy_channels",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("on_ask", sa.Text, nullable=False),  # wait, deny, allow
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the hash of what is proposed
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),  # the worker, or empty
    sa.Column("wish", sa.Text, nullable=False),  # what is wanted, as JSON
    sa.Column("state", sa.Text, nullable=False),  # open, approved, refused
    sa.Column("proposed_at", Moment, nullable=False),
    sa.Column("decided_at", Moment),
    sa.Column("decided_by", sa.Text),
)

trusts = sa.Table(
    "trusts",
    metadata,
    sa.Column("directory", sa.Text, primary_key=True),  # where it really is
    sa.Column("contents", sa.Text, nullable=False),  # the hash of what would be loaded from it
    sa.Column("trusted_at", Moment, nullable=False),
    sa.Column("trusted_by", sa.Text, nullable=False),
)
