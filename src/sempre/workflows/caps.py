"""The budgets of the settings. A lower one holds at once; a higher one, or none any more, once a person approved it."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, convert, to_builtins

from sempre.rulebook import Decision, Proposals, Wish
from sempre.settings import BudgetSettings
from sempre.workflows.remembered import CAPPED, Remembered

Cap = int | float | None  # None: no limit
_KIND = "budget"
_NO_RIGHT = "warn_percent"


class _Change(Struct, frozen=True):
    """The `wish` of a higher budget."""

    node: str
    budget: str
    limit: Cap


class Caps:
    """Of one reading of the settings; opened before it counts."""

    def __init__(
        self, settings: BudgetSettings, *, remembered: Remembered, proposals: Proposals
    ) -> None:
        self._settings = settings
        self._wanted: Mapping[str, Cap] = settings.model_dump(exclude={_NO_RIGHT})
        self._held: Mapping[str, Cap] = self._wanted
        self._remembered = remembered
        self._proposals = proposals

    async def open(self) -> None:
        """Compare with what held before, and remember it."""
        remembered = convert(self._remembered.of(CAPPED) or {}, dict[str, Cap])
        before = {**remembered, **self._approved()}
        self._held = {
            name: wanted if self._may(name, before.get(name)) else before.get(name)
            for name, wanted in self._wanted.items()
        }
        if self._held != remembered and (remembered or set(self._held.values()) != {None}):
            await self._remembered.keep(CAPPED, self._held)

    def budgets(self) -> BudgetSettings:
        """As they hold."""
        held = {
            name: self._wanted[name] if self._may(name, held) else held
            for name, held in self._held.items()
        }
        return self._settings.model_copy(update=held)

    def wishes(self) -> Iterator[Wish]:
        for name, held in self._held.items():
            if _wider(self._wanted[name], held):
                yield self._wish(name)

    def _approved(self) -> Mapping[str, Cap]:
        """What a person approved since it was remembered."""
        decided = (each for each in self._proposals.known(_KIND) if each.state is Decision.APPROVED)
        changes = [convert(each.wish.value, _Change) for each in decided]
        return {each.budget: each.limit for each in changes if each.node == self._remembered.node}

    def _may(self, name: str, held: Cap) -> bool:
        if not _wider(self._wanted[name], held):
            return True
        return self._proposals.state(self._wish(name)) is Decision.APPROVED

    def _wish(self, name: str) -> Wish:
        change = _Change(node=self._remembered.node, budget=name, limit=self._wanted[name])
        return Wish(_KIND, "", to_builtins(change))


def _wider(wanted: Cap, held: Cap) -> bool:
    return held is not None and (wanted is None or wanted > held)
