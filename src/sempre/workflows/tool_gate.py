"""The gate of `contract.gate`, for tools: policy's rules over the real disk; what they leave to a person is asked,
and what is refused is told."""

import asyncio
import glob
import os
from collections.abc import Callable, Sequence
from itertools import islice

import structlog

from sempre.approvals import Approvals
from sempre.contract.actions import Action, Judgement, Ruling, Say, Verdict
from sempre.contract.gate import Tell
from sempre.policy import Rights, judge
from sempre.workflows.asking import Asking

_log = structlog.stdlib.get_logger(__name__)
_MOST_MATCHES = 10_000


class Disk:
    """The disk of this machine, for policy."""

    def real(self, path: str) -> str:
        return os.path.realpath(path)

    def matches(self, pattern: str, base: str) -> Sequence[str]:
        # Not Path.glob: that finds hidden names, which a shell leaves out.
        found = glob.iglob(pattern, root_dir=base)  # noqa: PTH207
        return list(islice(found, _MOST_MATCHES))

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)


class Rules:
    """Policy over the real disk. `rights` gives those of a channel; what it raises refuses the call."""

    def __init__(self, rights: Callable[[str], Rights]) -> None:
        self._rights = rights
        self._disk = Disk()

    async def weigh(self, action: Action) -> Judgement:
        """Raises nothing: what can't be judged is refused."""
        try:
            # In a thread: a network mount may take its time.
            return await asyncio.to_thread(judge, action, self._rights(action.channel), self._disk)
        except Exception:  # noqa: BLE001  (the gate's edge: what breaks refuses; the log has the trace)
            _log.exception("gate.failed", channel=action.channel, tool=action.tool)
            return Judgement(verdict=Verdict.DENY, rule="error", reason=_BROKEN)


class ToolGate:
    """`tell` hears of `turn.tool_refused`."""

    def __init__(self, rules: Rules, approvals: Approvals, asking: Asking, tell: Tell) -> None:
        self._rules = rules
        self._approvals = approvals
        self._asking = asking
        self._tell = tell

    async def judge(self, action: Action) -> Ruling:
        """Raises nothing: what can't be judged is refused."""
        try:
            rule, ruling = await self._rule(action)
        except Exception:  # noqa: BLE001  (the gate's edge: what breaks refuses; the log has the trace)
            _log.exception("gate.failed", channel=action.channel, tool=action.tool)
            rule, ruling = "error", Ruling(say=Say.DENY, reason=_BROKEN)
        if ruling.say is Say.DENY:
            self._refused(action, rule, ruling.reason)
        return ruling

    async def _rule(self, action: Action) -> tuple[str, Ruling]:
        """The rule that applied, and the answer. A call that was asked about before is answered by its row."""
        known = await self._approvals.find(action.session_id, action.call_id)
        if known is not None:
            return known.rule, await self._asking.again(known)
        judgement = await self._rules.weigh(action)
        match judgement.verdict:
            case Verdict.ALLOW:
                return judgement.rule, Ruling(say=Say.ALLOW)
            case Verdict.DENY:
                return judgement.rule, Ruling(say=Say.DENY, reason=judgement.reason)
            case Verdict.ASK:
                return judgement.rule, await self._asking.ask(action, judgement)

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


_BROKEN = "Sempre could not judge this call; its log says why."
