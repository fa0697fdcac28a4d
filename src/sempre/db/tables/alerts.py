"""What is wrong and since when, and what was told about it to the outside."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.tables.metadata import metadata

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),  # a channel, a budget, a node; empty: all of it
    # Rule and subject as long as it lasts, null afterwards: one that lasts is there once.
    sa.Column("open_key", sa.Text, unique=True),
    sa.Column("severity", sa.Text, nullable=False),  # warning, problem
    sa.Column("message", sa.Text, nullable=False),  # our own words and figures, nobody's text
    sa.Column("remedy", sa.Text, nullable=False),
    sa.Column("raised_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("acknowledged_at", Moment),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("notify_at", Moment, nullable=False),  # not told outside before: the cooldown
    sa.Column("notified_at", Moment),
    sa.Index("ix_alerts_rule_subject_notified_at", "rule", "subject", "notified_at"),
    sa.Index("ix_alerts_ended_at_id", "ended_at", "id"),
)

alert_notices = sa.Table(
    "alert_notices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the webhook-id: the same at every attempt
    sa.Column("alert_id", sa.Text, sa.ForeignKey("alerts.id", ondelete="CASCADE")),
    sa.Column("what", sa.Text, nullable=False),  # raised, worsened, ended, test
    sa.Column("body", sa.Text, nullable=False),  # made once, so that it is the same each time
    sa.Column("state", sa.Text, nullable=False),  # waiting, delivered, dead
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("delivered_at", Moment),
    sa.UniqueConstraint("alert_id", "what"),
    sa.Index("ix_alert_notices_state_next_at", "state", "next_at"),
)
