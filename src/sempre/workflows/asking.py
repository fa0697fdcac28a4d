"""A call that a person decides: asked once, waited for a while so that whoever is there decides at once, then the
turn ends for it and waits without a process. What is let through is put on record first, and let through once. What
its agent gave up while it was held is asked no more."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from sempre import crash
from sempre.approvals import Approval, Approvals, State
from sempre.contract.actions import Action, Judgement, OnAsk, Ruling, Say, Verdict
from sempre.contract.audit import Audit
from sempre.contract.gate import Tell, Words
from sempre.errors import UnavailableError
from sempre.tasks import spawn, stop

_log = structlog.stdlib.get_logger(__name__)
ONE_AT_A_TIME = (
    "A person must decide this, and another call of this turn waits for them already. One at a time: ask for this "
    "one again after that."
)
_NO_TURN = "A person must decide this, but the turn that it belongs to has ended. Ask again in another turn."
_NOBODY = "A person must decide this, and this channel asks nobody."
_WITHDRAWN = "What this was asked for is over, so it was not run. Ask again if it is still needed."
_GIVEN_UP = "The agent gave the call up before anybody had decided."
_EXPIRED = "Nobody decided this in time, so it was not run. Go on without it."
_UNKNOWN = (
    "This was let through once, then something broke, so whether it took effect is not known. It is not run again: "
    "check first what it did."
)
_CHANGED = "A person changed this call before it ran. It ran with this input instead of yours: "


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds. `hook` is the longest that a call can be held: a subagent's waits so long, as it can't be put off."""

    short: float
    hook: float


class Asking:
    """`on_ask` is what a channel does with such calls, `weigh` policy's word on one. Once `stopping` is set, held calls
    are put off at once: so they wait for the next start."""

    def __init__(
        self,
        *,
        approvals: Approvals,
        audit: Audit,
        on_ask: Callable[[str], Awaitable[OnAsk]],
        weigh: Callable[[Action], Awaitable[Judgement]],
        tell: Tell,
        patience: Patience,
        stopping: asyncio.Event,
    ) -> None:
        self._approvals = approvals
        self._audit = audit
        self._on_ask = on_ask
        self._weigh = weigh
        self._tell = tell
        self._patience = patience
        self._stopping = stopping
        # Of one session one call is asked about at a time: whether it was put off must be known before the next.
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask(self, action: Action, judgement: Judgement, words: Words | None = None) -> Ruling:
        """For a call that nobody was asked about yet. Waits for the agent's `words` before it."""
        match await self._on_ask(action.channel):
            case OnAsk.DENY:
                return _no(f"{_NOBODY} {judgement.reason}".strip())
            case OnAsk.ALLOW:
                return await self._let_by(action, judgement, "approval.unattended", "system")
            case OnAsk.WAIT:
                pass
        if action.turn_id is None:
            return _no(_NO_TURN)
        if words is not None:
            action = replace(action, why=await words())
        if action.subagent is not None:
            return await self._put(action, judgement)
        async with self._lines[action.session_id]:
            if await self._approvals.is_deferring(action.session_id):
                return _no(ONE_AT_A_TIME)
            return await self._put(action, judgement)

    async def again(self, known: Approval) -> Ruling:
        """For a call that was asked about before: its row answers."""
        if known.subagent is not None:
            return await self._by_row(known)
        async with self._lines[known.session_id]:
            return await self._by_row(await self._approvals.get(known.id))

    async def _put(self, action: Action, judgement: Judgement) -> Ruling:
        if (who := await self._approvals.covered_by(action, judgement)) is not None:
            return await self._let_by(action, judgement, "approval.covered", who)
        try:
            return await self._hold(await self._approvals.ask(action, judgement))
        except (
            asyncio.CancelledError
        ):  # the agent hung up: what stays open would keep its next calls from being asked
            await asyncio.shield(self._give_up(action))
            raise

    async def _give_up(self, action: Action) -> None:
        """A turn that waits for it already, or will after this stop, is another matter."""
        try:
            asked = await self._approvals.find(action.session_id, action.call_id)
            if asked is not None and not (asked.deferred or self._stopping.is_set()):
                await self._approvals.withdraw([asked], _GIVEN_UP)
        except UnavailableError as error:
            _log.warning("approval.not_withdrawn", call=action.call_id, reason=error.message)

    async def _hold(self, asked: Approval) -> Ruling:
        """Keep the process waiting for a while; a person who is there decides within milliseconds."""
        subagent = asked.subagent is not None
        seconds = self._patience.hook if subagent else self._patience.short
        decided = await self._decided(asked, seconds)
        if not decided.is_open:
            return await self._by_row(decided)
        if not subagent:
            return Ruling(say=Say.DEFER, reason="A person decides this; the turn goes on then.")
        await self._approvals.expire(decided)
        return _no(_EXPIRED)

    async def _decided(self, asked: Approval, seconds: float) -> Approval:
        """The row once it is decided; open as it is after so long, or when this process stops."""
        if asked.subagent is not None:
            return await self._approvals.wait(asked, seconds)
        waiting = spawn(self._approvals.wait(asked, seconds), name="approval.wait")
        stopping = spawn(self._stopping.wait(), name="approval.stopping")
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() else asked
        finally:
            await stop(waiting, stopping)

    async def _by_row(self, approval: Approval) -> Ruling:
        match approval.state:
            case State.APPROVED:
                return await self._release(approval)
            case State.REFUSED:
                return _no(_refused(approval))
            case State.EXPIRED:
                return _no(_EXPIRED)
            case State.WITHDRAWN:
                return _no(_WITHDRAWN)
            case State.RELEASED:
                if approval.settled_at is not None:
                    return _no(_UNKNOWN)
                return await self._hold(await self._approvals.reopen(approval))
            case State.PENDING | State.UNKNOWN:
                return await self._hold(approval)

    async def _release(self, approval: Approval) -> Ruling:
        """The rules may have changed since it was decided, so what is always refused is looked at once more."""
        action = approval.action
        judgement = await self._weigh(action)
        if judgement.verdict is Verdict.DENY:
            return _no(judgement.reason)
        await self._audit.record(
            "approval.released",
            by=approval.decided_by or "system",
            channel=approval.channel,
            turn_id=approval.turn_id,
            details=_on_record(action, approval.rule, approval.risk.value, approval.id),
        )
        if not await self._approvals.release(approval):
            return await self._by_row(await self._approvals.get(approval.id))
        crash.point("approval.released")
        if approval.changed_input is None:
            return Ruling(say=Say.ALLOW)
        told = json.dumps(dict(approval.changed_input), ensure_ascii=False)
        why = f" They say: {approval.decision_reason}" if approval.decision_reason else ""
        return Ruling(say=Say.ALLOW, input=approval.changed_input, note=f"{_CHANGED}{told}{why}")

    async def _let_by(self, action: Action, judgement: Judgement, kind: str, by: str) -> Ruling:
        """Nobody is asked: the channel is unattended, or a person approved such calls for this turn."""
        details = _on_record(action, judgement.rule, judgement.risk.value, None)
        await self._audit.record(
            kind, by=by, channel=action.channel, turn_id=action.turn_id, details=details
        )
        told = {
            "call_id": action.call_id,
            "tool": action.tool,
            "rule": judgement.rule,
            "risk": judgement.risk.value,
            "agent": action.subagent,
        }
        self._tell(action.turn_id, action.channel, kind, told)
        return Ruling(say=Say.ALLOW)


def _no(reason: str) -> Ruling:
    return Ruling(say=Say.DENY, reason=reason)


def _refused(approval: Approval) -> str:
    said = f" They say: {approval.decision_reason}" if approval.decision_reason else ""
    again = f" {_UNKNOWN}" if approval.releases else ""
    return f"A person refused this call.{said}{again}"


def _on_record(action: Action, rule: str, risk: str, approval_id: str | None) -> dict[str, object]:
    return {
        "approval_id": approval_id,
        "call_id": action.call_id,
        "tool": action.tool,
        "input": dict(action.input),
        "rule": rule,
        "risk": risk,
        "agent": action.subagent,
    }
