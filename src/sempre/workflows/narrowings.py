"""The rules of the settings that ask or deny. They hold at once and are remembered, so that taking one away, or
putting it elsewhere, waits for a person; until then what was there before goes first."""

from collections.abc import Iterator, Sequence

from msgspec import Struct, convert

from sempre.contract.actions import Risk, Verdict
from sempre.contract.rules import Rule
from sempre.policy import widenings
from sempre.rulebook import Decision, Proposals, Wish

NARROWED = "narrowed"  # a fact, and no proposal: these rules held
LOOSENED = "loosened"


class _Change(Struct):
    """The `wish` of a loosening: rules by their conditions, and in words what it widens."""

    was: list[list[str]]
    becomes: list[list[str]]
    widens: list[str]


class Narrowings:
    """`node` is whose settings these are: each machine has a file of its own."""

    def __init__(self, rules: Sequence[Rule], *, node: str, proposals: Proposals) -> None:
        self._every = list(rules)
        self._rules = [each for each in rules if not each.allows]
        self._node = node
        self._proposals = proposals
        self._before: Sequence[Rule] = ()
        self._loosened: Wish | None = None

    async def open(self) -> None:
        """Compare with what held before, and remember it."""
        await self._proposals.every()
        before = self._approved(self._remembered())
        words = widenings(before, self._rules)
        held = before if words else self._rules
        await self._proposals.remember(self._fact(held), instead=self._facts())
        if words:
            change = {"was": _said(before), "becomes": _said(self._rules), "widens": [*words]}
            self._before, self._loosened = before, Wish(LOOSENED, "", change)
        else:  # what was approved before must be approved anew when it comes again
            for each in self._proposals.known(LOOSENED):
                await self._proposals.drop(each.wish)
        await self._proposals.every()

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
        now = {each.conditions for each in self._rules}
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
        now = {each.conditions for each in self._rules}
        return all(each in before or each not in now for each in map(tuple, seen))

    def _approved(self, before: Sequence[Rule]) -> Sequence[Rule]:
        """What held in the end: a person may have approved another list since."""
        for each in self._proposals.known(LOOSENED):
            change = convert(each.wish.value, _Change)
            if each.state is Decision.APPROVED and change.was == _said(before):
                return _rules(change.becomes)
        return before

    def _remembered(self) -> Sequence[Rule]:
        facts = self._facts()
        return _rules(convert(facts[0].value, list[list[str]])) if facts else ()

    def _facts(self) -> Sequence[Wish]:
        """The newest first; there are two when a crash came in between."""
        found = (each.wish for each in self._proposals.known(NARROWED))
        return [each for each in found if each.subject == self._node]

    def _fact(self, rules: Sequence[Rule]) -> Wish:
        return Wish(NARROWED, self._node, _said(rules))


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
