"""Rules in their order, and the channels' `on_ask`."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.contract.actions import OnAsk, Risk, Verdict
from sempre.contract.rules import Rule
from sempre.db import Session
from sempre.db.tables import policy_channels, policy_rules


async def rules(session: Session, *, hold: bool = False) -> Sequence[Rule]:
    """`hold`: nobody else writes them until this transaction ends."""
    if hold:
        await _hold(session, policy_rules)
    found = await session.execute(sa.select(policy_rules).order_by(policy_rules.c.position))
    return [
        Rule(
            id=row.id,
            verdict=Verdict(row.verdict),
            channel=row.channel,
            tool=row.tool,
            command=row.command,
            path=row.path,
            risk=Risk(row.risk) if row.risk else None,
            note=row.note,
        )
        for row in found
    ]


async def put_rules(session: Session, rules: Sequence[Rule]) -> None:
    """Instead of all that were there."""
    await session.execute(policy_rules.delete())
    if rules:
        await session.execute(
            policy_rules.insert(),
            [
                {
                    "id": each.id,
                    "position": at,
                    "verdict": each.verdict.value,
                    "channel": each.channel,
                    "tool": each.tool,
                    "command": each.command,
                    "path": each.path,
                    "risk": each.risk.value if each.risk else None,
                    "note": each.note,
                }
                for at, each in enumerate(rules)
            ],
        )


async def on_ask(session: Session, *, hold: bool = False) -> Mapping[str, OnAsk]:
    """`hold`: nobody else writes them until this transaction ends."""
    if hold:
        await _hold(session, policy_channels)
    found = await session.execute(sa.select(policy_channels))
    return {row.channel: OnAsk(row.on_ask) for row in found}


async def _hold(session: Session, table: sa.Table) -> None:
    """On SQLite there is one writer anyway."""
    if session.dialect.name == "postgresql":
        await session.execute(sa.text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))


async def put_on_ask(session: Session, channel: str, on_ask: OnAsk | None) -> None:
    """None takes it back."""
    if on_ask is None:
        await session.execute(policy_channels.delete().where(policy_channels.c.channel == channel))
        return
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    values = {"on_ask": on_ask.value}
    await session.execute(
        insert(policy_channels)
        .values(channel=channel, **values)
        .on_conflict_do_update(index_elements=[policy_channels.c.channel], set_=values)
    )
