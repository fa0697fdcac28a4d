"""All of this package together, as `app` opens it for one database."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import tzinfo

from sempre.budgets.budget import Budget
from sempre.budgets.budget_list import BudgetList
from sempre.budgets.days import Day
from sempre.budgets.ledger import Ledger
from sempre.budgets.price_list import PriceList
from sempre.budgets.purse import Purse
from sempre.budgets.reports import Reports
from sempre.budgets.scopes import BudgetScope
from sempre.budgets.standing import Standings
from sempre.budgets.warnings import Warnings
from sempre.contract.audit import Audit
from sempre.contract.gate import Tell
from sempre.db import Database
from sempre.events import Log


class Money:
    """`ledger` books calls, `purse` holds turns to the `budgets`, all else reads."""

    def __init__(
        self,
        db: Database,
        settings: Callable[[], Mapping[BudgetScope, Budget]],
        *,
        node: str,
        zone: tzinfo,
        audit: Audit,
        log: Log,
    ) -> None:
        self._db = db
        self._zone = zone
        self._warnings = Warnings(
            db, budgets := BudgetList(db, settings, audit=audit, log=log), log, zone
        )
        self.budgets = budgets
        self.purse = Purse(
            db,
            budgets,
            self._warnings,
            node=node,
            audit=audit,
            log=log,
            settled=lambda turn_id: self.ledger.settled(turn_id),
        )
        self.ledger = Ledger(db, node=node, zone=zone, limits=self.purse, tell=_tell(log))
        self.prices = PriceList(db, audit=audit)
        self.reports = Reports(db, zone)
        self.standings = Standings(db, budgets, zone)

    def today(self) -> Day:
        return Day.today(self._zone)

    def wakes(
        self,
        *,
        changed: Callable[[], Awaitable[None]],
        freed: Callable[[Collection[str]], None],
        announce: Callable[[], None],
    ) -> None:
        """Who wakes turns: all that are parked when budgets changed, those named when something came free, which
        other processes hear too."""
        self.budgets.changed = changed
        self.purse.freed = freed
        self.purse.announce = announce

    async def sweep(self) -> None:
        """What earlier processes of this node left: their calls, then their reservations."""
        await self.ledger.sweep()
        await self.purse.sweep()

    async def close(self) -> None:
        await self.ledger.close()
        await self.purse.close()
        await self._warnings.close()


def _tell(log: Log) -> Tell:
    return lambda turn_id, channel, kind, details: log.append(
        kind, details, channel=channel, turn_id=turn_id
    )
