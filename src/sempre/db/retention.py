"""How long each table keeps its rows. Every table stands here: a test holds this against the schema, and
docs/how-to/backups.md tells it to people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from sempre.db.database import Database
from sempre.db.tables import (
    alert_notices,
    alerts,
    budget_warnings,
    dead_letters,
    ledger,
    logins,
    metadata,
    proposals,
    releases,
    turns,
)

_BATCH = 1000
Old = Callable[[datetime], sa.ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """`old` says which rows may go, given the moment before which they are old; without it something else sees to
    the table. `setting` says how many days; without it `days` does."""

    why: str
    old: Old | None = None
    setting: str | None = None
    days: int = 30


def _turns(before: datetime) -> sa.ColumnElement[bool]:
    """Those that were given out, and whose dead letter nobody has to look at any more."""
    waits = (
        sa.exists()
        .where(dead_letters.c.turn_id == turns.c.id, dead_letters.c.resolved_at.is_(None))
        .correlate(turns)
    )
    return sa.and_(turns.c.published_at.is_not(None), turns.c.finished_at < before, ~waits)


RULES: Mapping[str, Kept] = {
    "alembic_version": Kept(why="One row: the schema."),
    "alert_notices": Kept(
        why="Tests of the webhook; those about an alert go with it.",
        old=lambda before: sa.and_(
            alert_notices.c.alert_id.is_(None), alert_notices.c.created_at < before
        ),
        setting="retention.alerts_days",
    ),
    "alerts": Kept(
        why="Those that have ended.",
        old=lambda before: alerts.c.ended_at < before,
        setting="retention.alerts_days",
    ),
    "approvals": Kept(why="They go with their turn."),
    "attempts": Kept(why="They go with their turn."),
    "audit": Kept(why="The trail forgets by itself and leaves a signed checkpoint."),
    "audit_keys": Kept(why="One row a key; without it older rows cannot be checked."),
    "audit_marks": Kept(why="Two rows: the head and the checkpoint."),
    "boards": Kept(why="One row a board, deleted ones too: numbers of cards never come again."),
    "budget_warnings": Kept(
        why="What was warned of.", old=lambda before: budget_warnings.c.at < before
    ),
    "budgets": Kept(why="What a person set holds until they change it."),
    "card_dependencies": Kept(why="They go with their card."),
    "card_events": Kept(why="A card's history goes with it."),
    "card_images": Kept(why="They go with their card."),
    "cards": Kept(why="A card stays until a person deletes it; archived ones too."),
    "channels": Kept(why="One row a channel; its numbers must never begin anew."),
    "counters": Kept(why="One row a counter."),
    "dead_letters": Kept(
        why="Those that were retried or purged; what waits for a person stays.",
        old=lambda before: dead_letters.c.resolved_at < before,
        setting="retention.dead_letters_days",
    ),
    "directives": Kept(why="What a person set holds until they take it back."),
    "event_packs": Kept(
        why="The log's archive goes as events do.", setting="events.retention_days"
    ),
    "events": Kept(why="The log forgets by turn.", setting="events.retention_days"),
    "ledger": Kept(
        why="Booked model calls.",
        old=lambda before: sa.and_(ledger.c.started_at < before, ledger.c.ended_at.is_not(None)),
        setting="retention.ledger_days",
    ),
    "logins": Kept(
        why="Those that have expired.", old=lambda before: logins.c.expires_at < before, days=1
    ),
    "policy_channels": Kept(why="What a person set holds until they change it."),
    "policy_rules": Kept(why="What a person set holds until they change it."),
    "prices": Kept(why="What a person set holds until they change it."),
    "proposals": Kept(
        why="Those that were refused; approved ones are what holds.",
        old=lambda before: sa.and_(proposals.c.state == "refused", proposals.c.decided_at < before),
        days=365,
    ),
    "releases": Kept(
        why="They hold until their turn has ended.",
        old=lambda before: releases.c.since < before,
        days=90,
    ),
    "reservations": Kept(why="One row a running turn; it goes when the turn is settled."),
    "run_comments": Kept(why="They go with their run."),
    "run_stages": Kept(why="They go with their run."),
    "runs": Kept(why="Earlier runs stay readable; they go with their card."),
    "secrets": Kept(why="What a person stored holds until they remove it."),
    "sessions": Kept(why="One row a conversation; it tells which transcript belongs to whom."),
    "switches": Kept(why="One row a switch that is on."),
    "tokens": Kept(why="A revoked token stays, so that its name in the audit trail can be read."),
    "trusts": Kept(why="What a person trusted holds until they take it back."),
    "turns": Kept(
        why="Ended turns with their prompts, answers and attempts.",
        old=_turns,
        setting="retention.turns_days",
    ),
}


async def forget(db: Database, name: str, before: datetime) -> int:
    """Remove the old rows of a table, some at a time, so that others get through. Gives how many went."""
    old, table = RULES[name].old, metadata.tables[name]
    if old is None:
        return 0
    keys = list(table.primary_key.columns)
    doomed = sa.select(*keys).where(old(before)).limit(_BATCH)
    gone = 0
    while True:
        async with db.transaction() as session:
            result = await session.execute(
                table.delete().where(sa.tuple_(*keys).in_(doomed))
                if len(keys) > 1
                else table.delete().where(keys[0].in_(doomed))
            )
        gone += result.rowcount
        if result.rowcount < _BATCH:
            return gone
