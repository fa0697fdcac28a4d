"""What was spent, call by call, and the prices that a person set."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.tables.metadata import metadata

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("turn_id", sa.Text),
    sa.Column("attempt_id", sa.Text),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("agent", sa.Text),  # set for a subagent's call
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # budgets.totals.CallState
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("cache_read_tokens", sa.BigInteger, nullable=False),
    sa.Column("cache_write_tokens", sa.BigInteger, nullable=False),
    sa.Column(
        "cost_micros", sa.BigInteger
    ),  # null: no price known for the model, or nothing counted
    sa.Column("request_id", sa.Text),  # the provider's own name for the call
    # Who has it in flight, to tell what a crash left: `<node>:<id of this start>`.
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index("ix_ledger_turn_id", "turn_id"),
    # Calls one after the other: a page begins where the one before ended.
    sa.Index("ix_ledger_started_at_id", "started_at", "id"),
    # Holds all that sums over days need, so that they do not touch the rows.
    sa.Index(
        "ix_ledger_sums",
        "started_at",
        "channel",
        "model",
        "state",
        "cost_micros",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
    ),
    sa.Index("ix_ledger_state", "state"),
    sa.Index("ix_ledger_session_id", "session_id"),
)

prices = sa.Table(
    "prices",
    metadata,
    sa.Column("model", sa.Text, primary_key=True),  # a name, or a prefix ending in *
    sa.Column("input_micros", sa.BigInteger, nullable=False),  # micro-dollars for a million tokens
    sa.Column("output_micros", sa.BigInteger, nullable=False),
    sa.Column("cache_read_micros", sa.BigInteger, nullable=False),
    sa.Column("cache_write_micros", sa.BigInteger, nullable=False),
    sa.Column("cache_write_hour_micros", sa.BigInteger, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
)
