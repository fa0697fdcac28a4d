"""What may be spent: a person's budgets, what running turns have reserved of them, what a person released."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.tables.metadata import metadata

budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),  # day, channel, turn, channel:files:coder
    sa.Column("micros", sa.BigInteger),  # null: no limit in this unit
    sa.Column("tokens", sa.BigInteger),
    sa.Column("warn_percent", sa.Integer, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

reservations = sa.Table(
    "reservations",
    metadata,
    sa.Column("turn_id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("micros", sa.BigInteger),  # what the turn may spend in all from `since` on
    sa.Column("tokens", sa.BigInteger),
    sa.Column("since", Moment, nullable=False),
    sa.Column("process", sa.Text, nullable=False),  # who runs it: `<node>:<id of this start>`
    sa.Column("made_at", Moment, nullable=False),
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("turn_id", sa.Text, primary_key=True),
    sa.Column("micros", sa.BigInteger),  # what it may spend from `since` on, whatever budgets say
    sa.Column("tokens", sa.BigInteger),
    sa.Column("since", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)

budget_warnings = sa.Table(
    "budget_warnings",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),  # in the operator's time zone
    sa.Column("level", sa.Text, primary_key=True),  # of which limit: a changed one warns again
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_budget_warnings_at", "at"),
)
