"""What agents may do, put together: a person's rules, what the settings say, and of that what a person approved.

Settings may narrow at once, also while Sempre runs. What they widen counts once a person approved exactly that; until
then the narrower state holds. A directory has no narrower state that would make sense, so a worker without an approved
one waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from msgspec import convert

from sempre.contract.actions import OnAsk
from sempre.contract.rules import Rule
from sempre.errors import MisconfiguredError
from sempre.rulebook import Decision, Proposals, Rulebook, Wish
from sempre.settings import BudgetSettings, Settings, WorkerSettings
from sempre.workflows.holdings import FILES
from sempre.workflows.reading import Reading
from sempre.workflows.remembered import WANTED, Remembered

_REMEDY = "Approve or refuse them under Settings (policies), or with `sempre policy proposals`."
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A rule of the settings; `state` is None for one that holds without anybody's approval. One that the settings no
    longer say has the proposal that takes it away."""

    rule: Rule
    state: Decision | None
    proposal: str | None


class Permissions:
    """`directory` says where a channel's worker would work with these settings of its own; `workspaces` has the folder
    that each worker has by itself. `node` is the machine whose settings these are."""

    def __init__(
        self,
        *,
        settings: Settings,
        workspaces: Path,
        directory: Callable[[str, WorkerSettings], Path],
        rulebook: Rulebook,
        proposals: Proposals,
        node: str,
    ) -> None:
        self._workspaces = workspaces
        self._directory = directory
        self._rulebook = rulebook
        self._proposals = proposals
        self._remembered = Remembered(proposals, node)
        self._reading = self._read(settings)

    async def open(self, *, shipped: bool) -> None:
        """Put before a person what the settings want. `shipped`: these settings came with Sempre itself."""
        await self._rulebook.open()
        self.take(await self.prepare(self._reading.settings, shipped=shipped))

    async def prepare(self, settings: Settings, *, shipped: bool = False) -> Reading:
        """Other settings, compared with those that hold and put before a person; they hold when they are taken. Raises
        InvalidError for a rule that means nothing."""
        reading = self._read(settings)
        await self._proposals.every()
        await reading.open()
        await self._offer(reading, shipped=shipped)
        return reading

    def take(self, reading: Reading) -> None:
        """From now on."""
        self._reading = reading

    def rules(self) -> Sequence[Rule]:
        """In the order in which they are asked: a person's, then those of the settings."""
        return [*self._rulebook.book.rules, *self._reading.rules()]

    def said(self) -> Sequence[Said]:
        """The settings' rules, and how they stand; first those that they no longer say and that hold."""
        narrowings = self._reading.narrowings
        loosened = narrowings.loosened
        kept = [
            Said(rule=each, state=None, proposal=loosened and loosened.id)
            for each in narrowings.kept()
        ]
        return [*kept, *(self._standing(rule) for rule in self._reading.said)]

    def on_ask(self, channel: str) -> OnAsk:
        """A person's word, else the settings', else a person is waited for."""
        told = self._rulebook.book.on_ask.get(channel)
        return told if told is not None else self.on_ask_of_settings(channel)

    def on_ask_of_settings(self, channel: str) -> OnAsk:
        """What holds when no person says another."""
        wanted = OnAsk(self._worker(channel).on_ask)
        if wanted is OnAsk.ALLOW and not self._has(Wish("on_ask", channel, wanted.value)):
            return OnAsk.WAIT
        return wanted

    def commands(self, channel: str) -> Sequence[str]:
        wanted = self._worker(channel).commands
        return [each for each in wanted if self._has(Wish("command", channel, each))]

    def tools(self, channel: str) -> tuple[str, ...]:
        return self._reading.holdings.tools(channel)

    def sandbox(self, channel: str) -> bool:
        return self._reading.holdings.sandbox(channel)

    def budgets(self) -> BudgetSettings:
        return self._reading.caps.budgets()

    def directory(self, channel: str) -> Path:
        """Where a channel's agent works."""
        return self._reading.holdings.directory(channel)

    def require_directory(self, channel: str) -> None:
        """Raises MisconfiguredError while a worker's own directory waits for a person."""
        if not self._reading.holdings.may_work(channel):
            raise MisconfiguredError(
                f"sempre.toml lets this worker work in {self.directory(channel)}, and no person has approved that yet.",
                remedy="Approve it under Settings (policies) or with `sempre policy approve`, then resume the worker.",
                code="directory_not_approved",
            )

    async def _offer(self, reading: Reading, *, shipped: bool) -> None:
        """What is no longer wanted is decided anew when it comes again."""
        wishes = list(reading.wishes())
        before = set(convert(self._remembered.of(WANTED) or [], list[str]))
        wanted = {each.id for each in wishes}
        await self._proposals.reopen(before - wanted)
        if wanted != before:
            await self._remembered.keep(WANTED, sorted(wanted))
        await self._proposals.offer(wishes, before=before, shipped=shipped)
        if waiting := self._proposals.waiting:
            _log.warning("policy.proposals_wait", count=waiting, remedy=_REMEDY)

    def _read(self, settings: Settings) -> Reading:
        return Reading(
            settings,
            place=self._directory,
            own=lambda channel: self._workspaces / channel.removeprefix(FILES),
            remembered=self._remembered,
            proposals=self._proposals,
        )

    def _standing(self, rule: Rule) -> Said:
        if not rule.allows:
            return Said(rule=rule, state=None, proposal=None)
        wish = self._reading.rule_wish(rule)
        return Said(rule=rule, state=self._proposals.state(wish), proposal=wish.id)

    def _has(self, wish: Wish) -> bool:
        return self._proposals.state(wish) is Decision.APPROVED

    def _worker(self, channel: str) -> WorkerSettings:
        return self._reading.settings.worker(channel.removeprefix(FILES))
