"""The gate of `contract.gate`, for tools: policy's rules over the real disk; what they leave to a person is asked,
and what is refused is told."""

import asyncio
import glob
import os
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import TypedDict

import structlog

from sempre.approvals import Approval, Approvals
from sempre.contract.actions import Action, Judgement, Ruling, Say, Verdict
from sempre.contract.audit import Audit
from sempre.contract.gate import Tell, Words
from sempre.policy import Question, Rights, judge, weigh
from sempre.workflows.asking import Asking

_log = structlog.stdlib.get_logger(__name__)
_MOST_MATCHES = 10_000


class Disk:
    """The disk of this machine, for policy."""

    def real(self, path: str) -> str:
        return os.path.realpath(path)

    def matches(self, pattern: str, base: str) -> Sequence[str]:
        # Not Path.glob: that finds hidden names, which a shell leaves out.
        found = glob.iglob(pattern, root_dir=base)  # noqa: PTH207  (as said)
        return list(islice(found, _MOST_MATCHES))

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)


class Rules:
    """Policy over the real disk. `rights` gives those of a channel, after `look` has looked up what that takes; what
    they raise refuses the call."""

    def __init__(
        self, rights: Callable[[str], Rights], look: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self._rights = rights
        self._look = look
        self._disk = Disk()

    async def explain(
        self, action: Action
    ) -> tuple[Judgement, Sequence[tuple[Question, Judgement]]]:
        """The judgement, and what it was put together from: for people who test their rules."""
        rights = await self._rights_of(action.channel)
        return await asyncio.to_thread(weigh, action, rights, self._disk)

    async def weigh(self, action: Action) -> Judgement:
        """Raises nothing: what can't be judged is refused."""
        try:
            # In a thread: a network mount may take its time.
            rights = await self._rights_of(action.channel)
            return await asyncio.to_thread(judge, action, rights, self._disk)
        except Exception:  # noqa: BLE001  (the gate's edge: what breaks refuses; the log has the trace)
            _log.exception("gate.failed", channel=action.channel, tool=action.tool)
            return Judgement(verdict=Verdict.DENY, rule="error", reason=_BROKEN)

    async def _rights_of(self, channel: str) -> Rights:
        if self._look is not None:
            await self._look(channel)
        return self._rights(channel)


class _OnRecord(TypedDict):
    by: str
    channel: str
    turn_id: str | None
    details: dict[str, object]


class ToolGate:
    """`tell` hears of `turn.tool_refused`. Every answer is on the audit trail; what the rules let through by
    themselves is there before it runs."""

    def __init__(
        self, rules: Rules, approvals: Approvals, asking: Asking, audit: Audit, tell: Tell
    ) -> None:
        self._rules = rules
        self._approvals = approvals
        self._asking = asking
        self._audit = audit
        self._tell = tell

    async def judge(self, action: Action, words: Words | None = None) -> Ruling:
        """Raises nothing: what can't be judged is refused."""
        try:
            rule, ruling = await self._rule(action, words)
        except Exception:  # noqa: BLE001  (the gate's edge: what breaks refuses; the log has the trace)
            _log.exception("gate.failed", channel=action.channel, tool=action.tool)
            rule, ruling = "error", Ruling(say=Say.DENY, reason=_BROKEN)
        if ruling.say is Say.DENY:
            self._refused(action, rule, ruling.reason)
        return ruling

    async def _again(self, action: Action, known: Approval) -> Ruling:
        """What comes the second time must be what was asked about: it comes from a file that others can write."""
        seen = (dict(known.input), dict(known.changed_input or known.input))
        if action.tool == known.tool and dict(action.input) in seen:
            return await self._asking.again(known)
        return Ruling(say=Say.DENY, reason=_ANOTHER)

    async def _rule(self, action: Action, words: Words | None) -> tuple[str, Ruling]:
        """The rule that applied, and the answer. A call that was asked about before is answered by its row."""
        known = await self._approvals.find(action.session_id, action.call_id)
        if known is not None:
            ruling = await self._again(action, known)
            self._audit.note(_JUDGED, **_on_record(action, known.rule, ruling.say))
            return known.rule, ruling
        judgement = await self._rules.weigh(action)
        match judgement.verdict:
            case Verdict.ALLOW:
                ruling = Ruling(say=Say.ALLOW)
            case Verdict.DENY:
                ruling = Ruling(say=Say.DENY, reason=judgement.reason)
            case Verdict.ASK:
                # What is let through here is recorded by whoever let it, before; so is what they were asked.
                ruling = await self._asking.ask(action, judgement, words)
        record = _on_record(action, judgement.rule, ruling.say, judgement)
        if judgement.verdict is Verdict.ALLOW:
            await self._audit.record(_JUDGED, **record)
        else:
            self._audit.note(_JUDGED, **record)
        return judgement.rule, ruling

    def _refused(self, action: Action, rule: str, reason: str) -> None:
        self._tell(
            action.turn_id,
            action.channel,
            "turn.tool_refused",
            {
                "call_id": action.call_id,
                "tool": action.tool,
                "rule": rule,
                "reason": reason,
                "agent": action.subagent,
            },
        )


def _on_record(
    action: Action, rule: str, say: Say, judgement: Judgement | None = None
) -> _OnRecord:
    details: dict[str, object] = {
        "call_id": action.call_id,
        "tool": action.tool,
        "input": dict(action.input),
        "agent": action.subagent,
        "rule": rule,
        "answer": say.value,
    }
    if judgement is not None:
        details |= {
            "verdict": judgement.verdict.value,
            "reason": judgement.reason,
            "risk": judgement.risk.value,
            "risk_reason": judgement.risk_reason,
        }
    return {
        "by": f"agent:{action.channel}",
        "channel": action.channel,
        "turn_id": action.turn_id,
        "details": details,
    }


_JUDGED = "action.judged"
_ANOTHER = (
    "This is not the call that was asked about under this id. Make it again as a call of its own."
)
_BROKEN = "Sempre could not judge this call; its log says why."
