"""One budget, and all of them together as they hold at one moment. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sempre.budgets.amounts import Amount, Limit
from sempre.budgets.scopes import DAY, BudgetScope, Kind

_MICROS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Budget:
    """`changed_at` None: it stands in the settings, nobody set it since."""

    scope: BudgetScope
    limit: Limit
    warn_percent: int
    changed_at: datetime | None = None
    changed_by: str | None = None

    def warns_at(self, spent: Amount) -> bool:
        ratio = self.limit.ratio(spent)
        return ratio is not None and ratio * 100 >= self.warn_percent


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """A person's rows go before the settings, a channel's own before the general one. There is always one of each
    general kind, if only without a limit."""

    rows: Mapping[BudgetScope, Budget]
    settings: Mapping[BudgetScope, Budget]

    @property
    def are_none(self) -> bool:
        """Nothing is limited anywhere."""
        return all(each.limit.is_none for each in self.every())

    def every(self) -> Sequence[Budget]:
        return list({**self.settings, **self.rows}.values())

    def of(self, scope: BudgetScope) -> Budget:
        """The one that holds for exactly this."""
        for named in (scope, scope.general):
            if found := self.rows.get(named) or self.settings.get(named):
                return found
        raise LookupError(scope)  # pragma: no cover  (the settings have each general kind)

    def of_day(self) -> Budget:
        return self.of(DAY)

    def of_channel(self, channel: str) -> Budget:
        return self.of(BudgetScope(Kind.CHANNEL, channel))

    def of_turn(self, channel: str) -> Budget:
        return self.of(BudgetScope(Kind.TURN, channel))


def from_settings(
    limits: Mapping[Kind, tuple[float | None, int | None]], warn_percent: int
) -> Mapping[BudgetScope, Budget]:
    """`limits` are dollars and tokens by kind."""
    return {
        (scope := BudgetScope(kind)): Budget(
            scope=scope,
            limit=Limit(
                micros=None if dollars is None else int(Decimal(str(dollars)) * _MICROS),
                tokens=tokens,
            ),
            warn_percent=warn_percent,
        )
        for kind, (dollars, tokens) in limits.items()
    }
