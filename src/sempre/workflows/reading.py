"""One reading of the settings, as far as it gives or takes rights: what it says, what it narrows, what it wants."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

from sempre.contract.actions import OnAsk, Risk, Verdict
from sempre.contract.rules import Rule
from sempre.policy import check
from sempre.rulebook import Decision, Proposals, Wish
from sempre.settings import RuleSettings, Settings, WorkerSettings
from sempre.workflows.caps import Caps
from sempre.workflows.holdings import FILES, Holdings
from sempre.workflows.narrowings import Narrowings
from sempre.workflows.remembered import Remembered


class Reading:
    """Opened before it counts."""

    def __init__(
        self,
        settings: Settings,
        *,
        place: Callable[[str, WorkerSettings], Path],
        own: Callable[[str], Path],
        remembered: Remembered,
        proposals: Proposals,
    ) -> None:
        self.settings = settings
        self.said = [_rule(each, at) for at, each in enumerate(settings.rules, start=1)]
        self.narrowings = Narrowings(self.said, remembered=remembered, proposals=proposals)
        self.holdings = Holdings(
            settings, place=place, own=own, remembered=remembered, proposals=proposals
        )
        self.caps = Caps(settings.budgets, remembered=remembered, proposals=proposals)
        self._proposals = proposals

    async def open(self) -> None:
        """Compare with the reading before."""
        await self.narrowings.open()
        await self.holdings.open()
        await self.caps.open()

    def rules(self) -> Sequence[Rule]:
        """Those that hold, in the order in which they are asked."""
        approved = Decision.APPROVED
        return [
            *self.narrowings.first(),
            *(
                each
                for each in self.said
                if not each.allows or self._proposals.state(self.rule_wish(each)) is approved
            ),
        ]

    def wishes(self) -> Iterator[Wish]:
        """What a person must approve before it holds."""
        for name, worker in self.settings.workers.items():
            channel = FILES + name
            yield from (Wish("command", channel, each) for each in worker.commands)
            if worker.on_ask == OnAsk.ALLOW.value:
                yield Wish("on_ask", channel, worker.on_ask)
        yield from (self.rule_wish(each) for each in self.said if each.allows)
        yield from self.narrowings.wishes()
        yield from self.holdings.wishes()
        yield from self.caps.wishes()

    def rule_wish(self, rule: Rule) -> Wish:
        """An allowing rule with the narrowing ones that are asked before it: without them it would allow more. One
        that was approved with fewer of them holds with more."""
        said, after = [*rule.conditions], self.narrowings.before(rule)
        wish = Wish("rule", rule.channel, {"rule": said, "after": [[*each] for each in after]})
        if self._proposals.state(wish) is not Decision.OPEN:
            return wish
        for each in self._proposals.known("rule"):
            seen = _behind(each.wish, said) if each.state is Decision.APPROVED else None
            if seen is not None and self.narrowings.still(seen, rule):
                return each.wish
        return wish


def _behind(wish: Wish, said: list[str]) -> list[list[str]] | None:
    """The narrowing rules that this rule was approved behind; None when the wish is about another."""
    value = cast("dict[str, list[list[str]]]", wish.value) if isinstance(wish.value, dict) else {}
    return value.get("after") if value.get("rule") == said else None


def _rule(said: RuleSettings, at: int) -> Rule:
    return check(
        Rule(
            id=f"settings-{at}",
            verdict=Verdict(said.verdict),
            channel=said.channel,
            tool=said.tool,
            command=said.command,
            path=said.path,
            risk=Risk(said.risk) if said.risk else None,
            note=said.note,
        )
    )
