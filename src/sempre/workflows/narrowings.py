"""The rules of the settings that ask or deny. They hold at once and are remembered, so that taking one away, or
putting it elsewhere, waits for a person; until then what was there before goes first."""

from collections.abc import Iterator, Sequence

from msgspec import Struct, convert

from sempre.contract.actions import Risk, Verdict
from sempre.contract.rules import Rule
from sempre.policy import loosenings
from sempre.rulebook import Decision, Proposals, Wish
from sempre.workflows.remembered import NARROWED, Remembered

LOOSENED = "loosened"


class _Change(Struct):
    """The `wish` of a loosening: what the list becomes, by conditions, and in words what that widens."""

    node: str
    becomes: list[list[str]]
    widens: list[str]


class Narrowings:
    """Of one reading of the settings; opened before it counts."""

    def __init__(
        self, rules: Sequence[Rule], *, remembered: Remembered, proposals: Proposals
    ) -> None:
        self._every = list(rules)
        self._rules = [each for each in rules if not each.allows]
        self._remembered = remembered
        self._proposals = proposals
        self._before: Sequence[Rule] = ()
        self._loosened: Wish | None = None

    async def open(self) -> None:
        """Compare with what held before, and remember what holds now: all of both, while a person has not decided."""
        before = self._held_before()
        words = loosenings(before, self._rules)
        fresh = [each for each in self._rules if each.conditions not in _conditions(before)]
        held = [*before, *fresh] if words else self._rules
        if _said(held) != self._kept_before():
            await self._remembered.keep(NARROWED, _said(held))
        if words:
            change = {
                "node": self._remembered.node,
                "becomes": _said(self._rules),
                "widens": [*words],
            }
            self._before, self._loosened = before, Wish(LOOSENED, "", change)

    def wishes(self) -> Iterator[Wish]:
        if self._loosened is not None:
            yield self._loosened

    @property
    def loosened(self) -> Wish | None:
        """What waits for a person, or was refused; then `kept` and `first` hold."""
        wish = self._loosened
        if wish is None or self._proposals.state(wish) is Decision.APPROVED:
            return None
        return wish

    def kept(self) -> Sequence[Rule]:
        """What the settings no longer say and holds nevertheless."""
        if self.loosened is None:
            return ()
        now = _conditions(self._rules)
        return [each for each in self._before if each.conditions not in now]

    def first(self) -> Sequence[Rule]:
        """What goes before all rules of the settings: so nothing is allowed that was not, whatever their order."""
        if self.loosened is None:
            return ()
        every = [*self._before, *self._rules]
        denying = [each for each in every if each.verdict is Verdict.DENY]
        return [*denying, *(each for each in self._before if each.verdict is Verdict.ASK)]

    def before(self, rule: Rule) -> Sequence[tuple[str, ...]]:
        """Those that are asked before an allowing rule, by their conditions."""
        earlier = self._every[: self._every.index(rule)]
        return [each.conditions for each in earlier if not each.allows]

    def still(self, seen: Sequence[Sequence[str]], rule: Rule) -> bool:
        """Whether those that an allowing rule was approved behind are before it, as far as they are there at all."""
        before = set(self.before(rule))
        now = _conditions(self._rules)
        return all(each in before or each not in now for each in map(tuple, seen))

    def _held_before(self) -> Sequence[Rule]:
        """What held in the end: a person may have approved another list since it was remembered."""
        for each in self._proposals.known(LOOSENED):
            change = convert(each.wish.value, _Change)
            if each.state is Decision.APPROVED and change.node == self._remembered.node:
                return _rules(change.becomes)
        return _rules(self._kept_before())

    def _kept_before(self) -> list[list[str]]:
        return convert(self._remembered.of(NARROWED) or [], list[list[str]])


def _conditions(rules: Sequence[Rule]) -> set[tuple[str, ...]]:
    return {each.conditions for each in rules}


def _said(rules: Sequence[Rule]) -> list[list[str]]:
    return [[*each.conditions] for each in rules]


def _rules(said: Sequence[Sequence[str]]) -> Sequence[Rule]:
    return [
        Rule(
            id=f"settings-before-{at}",
            verdict=Verdict(verdict),
            channel=channel,
            tool=tool,
            command=command,
            path=path,
            risk=Risk(risk) if risk else None,
        )
        for at, (verdict, channel, tool, command, path, risk) in enumerate(said, start=1)
    ]
