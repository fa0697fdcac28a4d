"""One process' money: ledger, budgets and purse over a real database, with an audit that is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from sempre.budgets import BudgetScope, Kind, Limit, Money, from_settings
from sempre.contract.messages import Usage
from sempre.db import Database
from sempre.events import Log
from tests.support.caller import Caller

OPUS = "claude-opus-5-5"
USED = Usage(
    input_tokens=1000, output_tokens=100, cache_read_tokens=10_000, cache_write_tokens=2000
)
COST = 4_000 + 2_000 + 2_000 + 10_000
TOKENS = 13_100


@dataclass
class Audited:
    """What was recorded."""

    records: list[tuple[str, str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str, str, Mapping[str, object]]]
    )

    async def record(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.records.append((what, by, details or {}))

    def note(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.records.append((what, by, details or {}))


@dataclass
class Pot:
    money: Money
    log: Log
    audited: Audited

    async def limit(self, scope: str, **limits: int | None) -> None:
        await self.money.budgets.set_budget(
            BudgetScope.read(scope), Limit(**limits), by="owner", may_widen=True
        )

    async def call(self, turn_id: str | None = "t1", channel: str = "files:w", **given: Any) -> str:
        """One call to its end. Raises OverBudgetError."""
        entry = await self.money.ledger.begin(
            Caller(channel=channel, turn_id=turn_id),
            given.get("model", OPUS),
            agent=given.get("agent"),
            most=given.get("most"),
        )
        await self.money.ledger.settle(entry, given.get("usage", USED), model=None)
        return entry

    async def told(self, *kinds: str) -> list[tuple[str, Mapping[str, object]]]:
        """Events of these kinds, oldest first, once all are written."""
        await self.log.flushed()
        events = await self.log.after(0, limit=1000)
        return [(event.kind, event.details) for event in events if event.kind in kinds]


def pot(
    db: Database, log: Log, *, node: str = "n1", zone: tzinfo = UTC, **limits: float | int | None
) -> Pot:
    """`day_dollars`, `turn_tokens` … as in the settings."""
    audited = Audited()
    settings = {
        kind: (limits.get(f"{kind}_dollars"), limits.get(f"{kind}_tokens")) for kind in Kind
    }
    budgets = from_settings(settings, 80)  # type: ignore[arg-type]  (one word is as good as an enumeration of it)
    money = Money(db, lambda: budgets, node=node, zone=zone, audit=audited, log=log)
    return Pot(money, log, audited)
