"""The gate of `contract.gate`, for tools: policy's rules over the real disk, and what is refused is told.

There is nobody to ask yet, so what a person would have to decide is refused with its reason.
"""

import asyncio
import glob
import os
from collections.abc import Callable, Sequence
from itertools import islice

import structlog

from sempre.contract.actions import Action, Judgement, Verdict
from sempre.contract.gate import Tell
from sempre.policy import Rights, judge

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


class ToolGate:
    """`rights` gives those of a channel; what it raises refuses the call. `tell` hears of `turn.tool_refused`."""

    def __init__(self, rights: Callable[[str], Rights], tell: Tell) -> None:
        self._rights = rights
        self._tell = tell
        self._disk = Disk()

    async def judge(self, action: Action) -> Judgement:
        """ALLOW or DENY, never ASK. Raises nothing: what can't be judged is refused."""
        try:
            # In a thread: a network mount may take its time.
            judgement = await asyncio.to_thread(self._weigh, action)
        except Exception:  # noqa: BLE001  (the gate's edge: what breaks refuses; the log has the trace)
            _log.exception("gate.failed", channel=action.channel, tool=action.tool)
            reason = "Sempre could not judge this call; its log says why."
            judgement = Judgement(verdict=Verdict.DENY, rule="error", reason=reason)
        if judgement.verdict is not Verdict.ALLOW:
            self._refused(action, judgement)
        return judgement

    def _weigh(self, action: Action) -> Judgement:
        judgement = judge(action, self._rights(action.channel), self._disk)
        if judgement.verdict is not Verdict.ASK:
            return judgement
        return Judgement(verdict=Verdict.DENY, rule=judgement.rule, reason=judgement.reason)

    def _refused(self, action: Action, judgement: Judgement) -> None:
        self._tell(
            action.turn_id,
            action.channel,
            "turn.tool_refused",
            {
                "call_id": action.call_id,
                "tool": action.tool,
                "rule": judgement.rule,
                "reason": judgement.reason,
                "agent": action.subagent,
            },
        )
