"""Channels, their turns, the attempts at them, and what failed for good."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # files:sentinela
    sa.Column("node", sa.Text),  # the machine it is bound to; null: any
    sa.Column("state", sa.Text, nullable=False),  # open, parked, stopped
    sa.Column("state_kind", sa.Text),
    sa.Column("state_reason", sa.Text),
    sa.Column("state_until", Moment),
    sa.Column("next_seq", sa.BigInteger, nullable=False),
    sa.Column("next_number", sa.BigInteger, nullable=False),
    sa.Column("session_id", sa.Text),
    sa.Column("session_started", sa.Boolean, nullable=False),
    sa.Column("session_since", Moment),
    sa.Column("session_parent", sa.Text),  # the session that this one is to begin as a copy of
    sa.Column(
        "paused_at", Moment
    ),  # a person's pause; beside the state, which has reasons of its own
    sa.Column("paused_by", sa.Text),
    sa.Column("paused_reason", sa.Text),
    sa.Column("paused_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),  # JSON object of names, never of message text
    sealed_column("prompt"),
    sealed_column("answer", nullable=True),
    sa.Column("failure_kind", sa.Text),
    sealed_column("failure", nullable=True),  # a provider's message may quote the prompt
    sa.Column("session_id", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("input_tokens", sa.BigInteger),  # what it took, written once it has ended
    sa.Column("output_tokens", sa.BigInteger),
    sa.Column("cache_read_tokens", sa.BigInteger),
    sa.Column("cache_write_tokens", sa.BigInteger),
    sa.Column("cost_micros", sa.BigInteger),  # null also when a price is unknown
    sa.Column(
        "workflow", sa.Text, nullable=False
    ),  # id in the engine; a person's retry gets a new one
    sa.Column("attempts", sa.Integer, nullable=False),  # tries since it was asked, counted or not
    sa.Column("errors", sa.Integer, nullable=False),  # those that count against the limit
    sa.Column("transient_errors", sa.Integer, nullable=False),  # the same for what passes by itself
    sa.Column("forgotten_attempts", sa.Integer, nullable=False),  # those before a person asked anew
    sa.Column("retry_at", Moment),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("published_at", Moment),
    sa.UniqueConstraint("channel", "external_id"),
    sa.UniqueConstraint("channel", "seq"),
    sa.Index("ix_turns_state_id", "state", "id"),
    sa.Index("ix_turns_channel_state_seq", "channel", "state", "seq"),
    sa.Index("ix_turns_finished_at", "finished_at"),
    sa.Index("ix_turns_session_id_state", "session_id", "state"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("origin", sa.Text, nullable=False),  # how it came: new, reset, fork, adopted, lost
    sa.Column("parent", sa.Text),  # the session that it was forked from
    sa.Column("by", sa.Text),  # who wanted it; null: nobody
    sa.Column("began_at", Moment, nullable=False),
)

directives = sa.Table(
    "directives",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sealed_column("value"),  # JSON; it holds instructions
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # suspended; the row is there while it is on
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("since", Moment, nullable=False),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),  # uuid of the message handed to the agent
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # running, crashed, or an Ending
    sa.Column("failure_kind", sa.Text),
    sealed_column("failure", nullable=True),
    sa.Column("counted", sa.Boolean, nullable=False),
    sa.Column("resumed", sa.Boolean, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.UniqueConstraint("turn_id", "number"),
    sa.Index("ix_attempts_started_at", "started_at"),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("failure_kind", sa.Text, nullable=False),
    sealed_column("failure"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("resolution", sa.Text),  # retried, purged
    sa.Index("ix_dead_letters_resolved_at_id", "resolved_at", "id"),
)
