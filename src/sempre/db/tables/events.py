"""The append-only log, and the counter that gives its rows ids without gaps in the order of their commit."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("turn_id", sa.Text),
    sa.Column("seq", sa.BigInteger),  # 1, 2, 3 … within its turn
    sealed_column("details"),
    sa.UniqueConstraint("turn_id", "seq"),
    sa.Index("ix_events_channel_id", "channel", "id"),
    sa.Index("ix_events_at", "at"),
)

# The log of a turn that has ended long ago: many events in one value, which takes a fraction of the room.
event_packs = sa.Table(
    "event_packs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("first_seq", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("first_id", sa.BigInteger, nullable=False),
    sa.Column("last_id", sa.BigInteger, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sealed_column("body"),
    sa.UniqueConstraint("turn_id", "first_seq"),
    sa.Index("ix_event_packs_first_id", "first_id"),
    sa.Index("ix_event_packs_last_id", "last_id"),
    sa.Index("ix_event_packs_last_at", "last_at"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
