"""Boards, their cards and what they depend on, the runs of cards and each visit of a stage."""

import sqlalchemy as sa

from sempre.db.moment import Moment
from sempre.db.sealed import sealed_column
from sempre.db.tables.metadata import metadata

boards = sa.Table(
    "boards",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # shop
    sa.Column("prefix", sa.Text, nullable=False),  # SHOP, as in SHOP-12
    sa.Column("node", sa.Text),  # the machine that has its repository
    sealed_column("settings"),  # JSON: its commands and instructions are a person's words
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("next_number", sa.BigInteger, nullable=False),  # of its next card; never goes back
    sa.Column("next_place", sa.BigInteger, nullable=False),  # in its queue of runs
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    # The row stays: a board made anew under its id or prefix goes on counting where this one ended.
    sa.Column("deleted_at", Moment),
    sa.Index(
        "uq_boards_prefix",
        "prefix",
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    ),
)

cards = sa.Table(
    "cards",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("board", sa.Text, sa.ForeignKey("boards.id"), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("column", sa.Text, nullable=False),
    sa.Column("rank", sa.Text, nullable=False),  # digits only: they sort the same in any collation
    sealed_column(
        "words"
    ),  # JSON: title, description, labels; one value, since lists open every card's
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("budget_micros", sa.BigInteger),  # for one run
    sa.Column("budget_tokens", sa.BigInteger),
    sa.Column("spec_path", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("run_id", sa.Text),  # its newest run
    sa.Column("done_at", Moment),  # since when it counts as done for those that depend on it
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.UniqueConstraint("board", "number"),
    sa.Index("ix_cards_board_column_rank", "board", "column", "rank"),
)

card_dependencies = sa.Table(
    "card_dependencies",
    metadata,
    sa.Column("card_id", sa.Text, sa.ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("needs", sa.Text, sa.ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_card_dependencies_needs", "needs"),
)

card_images = sa.Table(
    "card_images",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("card_id", sa.Text, sa.ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    sa.Column("digest", sa.Text, nullable=False),  # SHA-256 of the bytes
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sealed_column("name"),
    sealed_column("body"),  # base64
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.UniqueConstraint("card_id", "digest"),
)

card_events = sa.Table(
    "card_events",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("card_id", sa.Text, sa.ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # the card's after it
    sealed_column("details"),
    sa.Index("ix_card_events_card_id_id", "card_id", "id"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("card_id", sa.Text, sa.ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    sa.Column("board", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # 1, 2, 3 … of its card
    sa.Column("kind", sa.Text, nullable=False),  # run, workflow
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),  # where it is, or ended
    sa.Column("place", sa.BigInteger, nullable=False),  # in the board's queue
    sa.Column("wait", sa.Text),
    sa.Column("waits_on", sa.Text),  # JSON array of the keys of cards
    sa.Column("waits_since", Moment),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    # Its rules, fixed when it was asked for: following its visits comes to the same for ever.
    sa.Column("first_stage", sa.Text, nullable=False),
    sa.Column("first_kind", sa.Text, nullable=False),
    sa.Column("only", sa.Boolean, nullable=False),
    sa.Column("approve_plan", sa.Boolean, nullable=False),
    sa.Column("fixes", sa.Integer, nullable=False),
    sa.Column("reviews", sa.Integer, nullable=False),
    sealed_column("input"),  # JSON
    sa.Column("session", sa.Text, nullable=False),  # resume, fresh
    sa.Column("session_id", sa.Text),
    sa.Column("workflow", sa.Text, nullable=False),  # id in the engine
    sa.Column("previous", sa.Text),
    sa.Column("continues", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("worktree", sa.Text),
    sa.Column("base", sa.Text),
    sa.Column("head", sa.Text),
    sealed_column("result", nullable=True),
    sa.Column("failure_kind", sa.Text),
    sealed_column("failure", nullable=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("queued_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("ended_by", sa.Text),  # the person who cancelled it; null: it ended by itself
    sa.Column("settlement", sa.Text),  # merged, discarded, continued
    sa.Column("settled_at", Moment),
    sa.Column("settled_by", sa.Text),
    sa.Column("settled_commit", sa.Text),
    sa.UniqueConstraint("card_id", "number"),
    # Two pages, two processes: a card never has two runs under way.
    sa.Index(
        "uq_runs_active",
        "card_id",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
    sa.Index("ix_runs_board_state_place", "board", "state", "place"),
)

run_stages = sa.Table(
    "run_stages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),  # 1, 2, 3 … over the run
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # work, fix, changes, again
    sa.Column("result", sa.Text),  # null: it has not ended
    sa.Column("turn_id", sa.Text),
    sa.Column("session_id", sa.Text),
    sa.Column("worktree", sa.Text),
    sa.Column("base", sa.Text),  # the commits before and after it
    sa.Column("head", sa.Text),
    sa.Column("exit_code", sa.Integer),
    sealed_column("output", nullable=True),
    sealed_column("verdict", nullable=True),  # JSON
    sa.Column("failure_kind", sa.Text),
    sealed_column("failure", nullable=True),
    sa.Column("decision", sa.Text),  # of a person about a plan: approved, sent_back
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", Moment),
    sealed_column("comments", nullable=True),
    sa.Column("log_offset", sa.BigInteger, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.UniqueConstraint("run_id", "position"),
    sa.Index("ix_run_stages_turn_id", "turn_id"),
)

run_comments = sa.Table(
    "run_comments",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("side", sa.Text, nullable=False),  # old, new
    sealed_column("text"),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("sent_in", sa.Text),  # the run that the agent got it with
    sa.Index("ix_run_comments_run_id_id", "run_id", "id"),
)
