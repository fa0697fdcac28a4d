"""What agents may do, put together: a person's rules, what the settings say, and of that what a person approved.

Settings may narrow at once. What they widen counts once a person approved exactly that; until then the narrower
state holds; so it does when the settings take back what they narrowed. A directory has no narrower state that would make sense, so a worker without an approved one waits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import structlog

from sempre.contract.actions import OnAsk, Risk, Verdict
from sempre.contract.rules import Rule
from sempre.errors import MisconfiguredError
from sempre.policy import check
from sempre.rulebook import Decision, Proposals, Rulebook, Wish
from sempre.settings import RuleSettings, Settings, WorkerSettings
from sempre.workflows.narrowings import NARROWED, Narrowings

FILES = "files:"
BOXED = "sandboxed"  # a fact, and no proposal: a worker had the sandbox on
FACTS = frozenset({BOXED, NARROWED})
_OFF = "sandbox_off"
_REMEDY = "Approve or refuse them under Settings (policies), or with `sempre policy proposals`."
_log = structlog.stdlib.get_logger(__name__)
_TOOLS = frozenset(WorkerSettings().tools)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A rule of the settings; `state` is None for one that holds without anybody's approval. One that the settings no
    longer say has the proposal that takes it away."""

    rule: Rule
    state: Decision | None
    proposal: str | None


class Permissions:
    """`directory` says where a channel's worker would work; `workspaces` is where that needs nobody's approval.
    `node` is the machine whose settings these are."""

    def __init__(
        self,
        *,
        settings: Settings,
        workspaces: Path,
        directory: Callable[[str], Path],
        rulebook: Rulebook,
        proposals: Proposals,
        node: str,
    ) -> None:
        self._settings = settings
        self._workspaces = workspaces
        self._directory = directory
        self._rulebook = rulebook
        self._proposals = proposals
        self._said = [_rule(each, at) for at, each in enumerate(settings.rules, start=1)]
        self._narrowings = Narrowings(self._said, node=node, proposals=proposals)

    async def open(self, *, shipped: bool) -> None:
        """Put before a person what the settings want. `shipped`: these settings came with Sempre itself."""
        await self._rulebook.open()
        await self._note_sandboxes()
        await self._narrowings.open()
        await self._proposals.offer(self._wishes(), shipped=shipped)
        if waiting := self._proposals.waiting:
            _log.warning("policy.proposals_wait", count=waiting, remedy=_REMEDY)

    def rules(self) -> Sequence[Rule]:
        """In the order in which they are asked: a person's, then those of the settings."""
        said = [each for each in self._said if not each.allows or self._has(self._rule_wish(each))]
        return [*self._rulebook.book.rules, *self._narrowings.first(), *said]

    def said(self) -> Sequence[Said]:
        """The settings' rules, and how they stand; first those that they no longer say and that hold."""
        loosened = self._narrowings.loosened
        kept = [
            Said(rule=each, state=None, proposal=loosened and loosened.id)
            for each in self._narrowings.kept()
        ]
        return [*kept, *(self._standing(rule) for rule in self._said)]

    def on_ask(self, channel: str) -> OnAsk:
        """A person's word, else the settings', else a person is waited for."""
        told = self._rulebook.book.on_ask.get(channel)
        return told if told is not None else self.on_ask_of_settings(channel)

    def on_ask_of_settings(self, channel: str) -> OnAsk:
        """What holds when no person says another."""
        wanted = OnAsk(self._worker(channel).on_ask)
        if wanted is OnAsk.ALLOW and not self._has(_wish("on_ask", channel, wanted.value)):
            return OnAsk.WAIT
        return wanted

    def commands(self, channel: str) -> Sequence[str]:
        wanted = self._worker(channel).commands
        return [each for each in wanted if self._has(_wish("command", channel, each))]

    def tools(self, channel: str) -> tuple[str, ...]:
        wanted = self._worker(channel).tools
        return tuple(
            each for each in wanted if each in _TOOLS or self._has(_wish("tool", channel, each))
        )

    def sandbox(self, channel: str) -> bool:
        """Once on, it stays on until a person approves that the settings switch it off."""
        if self._worker(channel).sandbox:
            return True
        return self._was_boxed(channel) and not self._has(_wish(_OFF, channel, True))

    def directory(self, channel: str) -> Path:
        """Where a channel's agent works."""
        return self._directory(channel)

    def require_directory(self, channel: str) -> None:
        """Raises MisconfiguredError while a worker's own directory waits for a person."""
        directory = self._directory(channel)
        if self._is_far(directory) and not self._has(_wish("directory", channel, str(directory))):
            raise MisconfiguredError(
                f"sempre.toml lets this worker work in {directory}, and no person has approved that yet.",
                remedy="Approve it under Settings (policies) or with `sempre policy approve`, then resume the worker.",
                code="directory_not_approved",
            )

    async def _note_sandboxes(self) -> None:
        for name, worker in self._settings.workers.items():
            if worker.sandbox:
                await self._proposals.remember(_wish(BOXED, FILES + name, True))
                await self._proposals.drop(_wish(_OFF, FILES + name, True))
        await self._proposals.every()

    def _was_boxed(self, channel: str) -> bool:
        return channel in self._proposals.subjects(BOXED)

    def _wishes(self) -> Iterator[Wish]:
        for name, worker in self._settings.workers.items():
            channel = FILES + name
            yield from (_wish("command", channel, each) for each in worker.commands)
            yield from (_wish("tool", channel, each) for each in worker.tools if each not in _TOOLS)
            if worker.directory and self._is_far(self._directory(channel)):
                yield _wish("directory", channel, str(self._directory(channel)))
            if worker.on_ask == OnAsk.ALLOW.value:
                yield _wish("on_ask", channel, worker.on_ask)
        yield from (self._rule_wish(each) for each in self._said if each.allows)
        yield from self._narrowings.wishes()
        for channel in self._proposals.subjects(BOXED):
            if not self._worker(channel).sandbox:
                yield _wish(_OFF, channel, True)

    def _standing(self, rule: Rule) -> Said:
        if not rule.allows:
            return Said(rule=rule, state=None, proposal=None)
        wish = self._rule_wish(rule)
        return Said(rule=rule, state=self._proposals.state(wish), proposal=wish.id)

    def _rule_wish(self, rule: Rule) -> Wish:
        """An allowing rule with the narrowing ones that are asked before it: without them it would allow more. One
        that was approved with fewer of them holds with more."""
        said, after = [*rule.conditions], self._narrowings.before(rule)
        wish = Wish("rule", rule.channel, {"rule": said, "after": [[*each] for each in after]})
        if self._proposals.state(wish) is not Decision.OPEN:
            return wish
        for each in self._proposals.known("rule"):
            seen = _behind(each.wish, said) if each.state is Decision.APPROVED else None
            if seen is not None and self._narrowings.still(seen, rule):
                return each.wish
        return wish

    def _has(self, wish: Wish) -> bool:
        return self._proposals.state(wish) is Decision.APPROVED

    def _is_far(self, directory: Path) -> bool:
        return not directory.resolve().is_relative_to(self._workspaces.resolve())

    def _worker(self, channel: str) -> WorkerSettings:
        return self._settings.worker(channel.removeprefix(FILES))


def _wish(kind: str, channel: str, value: object) -> Wish:
    return Wish(kind, channel, value)


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
