"""Calls of agents that a person decides about."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("turn_id", sa.Text, sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("call_id", sa.Text, nullable=False),  # the tool_use_id
    sa.Column("subagent", sa.Text),
    sa.Column("tool", sa.Text, nullable=False),
    sealed_column("input"),  # the call's JSON, exactly
    sealed_column("changed_input", nullable=True),  # what a person made of it
    sealed_column("why"),  # the agent's last words before it
    sa.Column("directory", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sealed_column("rule_reason"),  # may quote the command
    sa.Column("risk", sa.Text, nullable=False),
    sealed_column("risk_reason"),
    sa.Column("state", sa.Text, nullable=False),  # approvals.approval.State
    # The turn was seen to end for it: from then on it waits without a process, and survives whatever comes.
    sa.Column("deferred", sa.Boolean, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("decision", sa.Text),  # approve, approve_turn, refuse
    sa.Column("decided_at", Moment),
    sa.Column("decided_by", sa.Text),
    sealed_column("decision_reason", nullable=True),
    # False from a decision until it is on the audit trail: what a crash left between the two is found by it.
    sa.Column("recorded", sa.Boolean, nullable=False, server_default=sa.text("true")),
    sa.Column("released_at", Moment),
    sa.Column("releases", sa.Integer, nullable=False),
    sa.Column("settled_at", Moment),  # its turn has ended: what is asked about it now is old
    sa.UniqueConstraint("session_id", "call_id"),
    sa.Index("ix_approvals_state_id", "state", "id"),
    sa.Index("ix_approvals_turn_id", "turn_id"),
    sa.Index(
        "ix_approvals_unrecorded",
        "id",
        sqlite_where=sa.text("recorded = 0"),
        postgresql_where=sa.text("NOT recorded"),
    ),
    sa.Index("ix_approvals_channel_id", "channel", "id"),
)
