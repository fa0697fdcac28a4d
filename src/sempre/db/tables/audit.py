"""The audit trail: rows chained by HMAC, where the chain ends and begins, and the keys that it was signed with."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("turn_id", sa.Text),
    sealed_column("details"),
    sa.Column("key_id", sa.Text, nullable=False),  # which of audit_keys signed it
    sa.Column(
        "previous", sa.Text, nullable=False
    ),  # the mac of the row before; empty for the first
    sa.Column("mac", sa.Text, nullable=False),
    sa.Index("ix_audit_what_sequence", "what", "sequence"),
    sa.Index("ix_audit_by_sequence", "by", "sequence"),
    sa.Index("ix_audit_channel_sequence", "channel", "sequence"),
    sa.Index("ix_audit_turn_id", "turn_id"),
    sa.Index("ix_audit_at", "at"),
)

audit_marks = sa.Table(
    "audit_marks",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # head, or checkpoint: the last row forgotten
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("mac", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)

audit_keys = sa.Table(
    "audit_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the key that it is derived from
    sealed_column("value"),
    sa.Column("created_at", Moment, nullable=False),
)
