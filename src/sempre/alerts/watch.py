"""Looks at everything the rules look at, again and again, and settles what it finds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from sempre import clock
from sempre.alerts.alert import Alert
from sempre.alerts.alerts import Alerts
from sempre.alerts.rules import OF_A_NODE, RULES, Condition, Look, Rule
from sempre.alerts.sources import Sources, Thresholds
from sempre.errors import UnavailableError

_log = structlog.stdlib.get_logger(__name__)


class Watch:
    """`told` is called after each look, when there may be notices to deliver."""

    def __init__(
        self,
        alerts: Alerts,
        sources: Sources,
        thresholds: Thresholds,
        *,
        node: str,
        every: float,
        told: Callable[[], object],
    ) -> None:
        self._alerts = alerts
        self._sources = sources
        self._thresholds = thresholds
        self._node = node
        self._every = every
        self._told = told

    async def run(self) -> None:
        """Until cancelled. A database that is away is no alert here: the log and the page say so."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
            except UnavailableError as error:
                _log.warning("alerts.not_looked", reason=error.message)
            except Exception:  # noqa: BLE001  (the loop's edge: told, and looked again)
                _log.exception("alerts.fault")
            self._told()

    async def look(self) -> None:
        """Raises UnavailableError when what was found cannot be stored."""
        look = Look(
            sources=self._sources,
            thresholds=self._thresholds,
            node=self._node,
            now=clock.now(),
        )
        seen: list[Rule] = []
        found: list[Condition] = []
        for rule, holds in RULES.items():
            conditions = await self._conditions(rule, holds(look))
            if conditions is not None:
                seen.append(rule)
                found += conditions
        await self._alerts.settle(seen, found, self._can_end)

    async def _conditions(
        self, rule: Rule, asked: Awaitable[Sequence[Condition]]
    ) -> Sequence[Condition] | None:
        """None: what it looks at does not answer, so what it said before stands."""
        try:
            return await asked
        except (UnavailableError, OSError) as error:
            _log.warning("alerts.rule_blind", rule=rule.value, reason=str(error))
            return None
        except Exception:  # noqa: BLE001  (a rule's edge: a fault of one must not blind the others)
            _log.exception("alerts.rule_fault", rule=rule.value)
            return None

    def _can_end(self, alert: Alert) -> bool:
        return alert.rule not in OF_A_NODE or alert.subject == self._node
