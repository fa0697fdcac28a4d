"""Calls in the order in which they began. What the index that goes was for, `ix_ledger_sums` serves as well."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_started_at_channel")
        batch_op.create_index("ix_ledger_started_at_id", ["started_at", "id"], unique=False)
