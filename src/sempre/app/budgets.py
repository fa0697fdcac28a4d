"""Budgets of one home: what the settings say, and who is woken when there is more to spend."""

from collections.abc import Callable, Collection, Mapping
from datetime import tzinfo

import structlog

from sempre.budgets import Budget, BudgetScope, Kind, Money, from_settings
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.db.notices import Notices
from sempre.errors import UnavailableError
from sempre.events import Log
from sempre.settings import BudgetSettings
from sempre.tasks import spawn
from sempre.workflows.releasing import Releasing

CHANGED = "sempre_budgets"
FREED = "sempre_budget_freed"
_log = structlog.stdlib.get_logger(__name__)


def open_money(
    db: Database,
    settings: Callable[[], BudgetSettings],
    notices: Notices,
    *,
    node: str,
    zone: tzinfo,
    audit: Audit,
    log: Log,
) -> Money:
    """Other processes hear of changes, and of what came free."""
    money = Money(db, lambda: _budgets(settings()), node=node, zone=zone, audit=audit, log=log)
    notices.on(CHANGED, lambda _payload: money.budgets.forget())
    notices.on(FREED, lambda _payload: money.purse.free())
    return money


def heed_settings(money: Money, budgets: Callable[[], BudgetSettings]) -> Callable[[], None]:
    """Gives what to call when `budgets` may be others: the file changed, or a person decided what it wants. Turns that
    run ask anew, those that wait look again."""
    seen = budgets()

    async def renew() -> None:
        try:
            await money.budgets.settings_changed()
        except UnavailableError as error:  # each turn reads them before it starts
            _log.warning("app.budgets_not_renewed", reason=error.message)

    def look() -> None:
        nonlocal seen
        before, seen = seen, budgets()
        if seen != before:
            spawn(renew(), name="app.budgets_renewed")

    return look


def wake_turns(money: Money, notices: Notices, releasing: Releasing) -> None:
    """From now on turns that wait go on when budgets change or others end."""

    async def changed() -> None:
        notices.say(CHANGED, "")
        await releasing.wake_parked()

    def freed(turn_ids: Collection[str]) -> None:
        if turn_ids:
            spawn(releasing.wake(turn_ids), name="app.budget_freed")

    money.wakes(changed=changed, freed=freed, announce=lambda: notices.say(FREED, ""))


def _budgets(settings: BudgetSettings) -> Mapping[BudgetScope, Budget]:
    return from_settings(
        {
            Kind.DAY: (settings.day_dollars, settings.day_tokens),
            Kind.CHANNEL: (settings.channel_dollars, settings.channel_tokens),
            Kind.TURN: (settings.turn_dollars, settings.turn_tokens),
        },
        settings.warn_percent,
    )
