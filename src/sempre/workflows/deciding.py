"""What a person does about a call that waits for them; and that a decision is never left lying after a crash."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from sempre import clock, crash
from sempre.approvals import Approval, Approvals, Decision
from sempre.audit import Trail, Wanted
from sempre.contract.actions import Action, Judgement, Verdict
from sempre.contract.messages import TurnState
from sempre.conversations import Channels, Turns
from sempre.errors import InvalidError, NotFoundError, RefusedError
from sempre.workflows import turn as turn_workflow

DECIDED = "approval.decided"
UNDER_WAY = timedelta(minutes=1)  # so long a decision may take to reach the trail
_log = structlog.stdlib.get_logger(__name__)


class Deciding:
    """`signal` wakes a workflow by its id and topic. `weigh` is policy's word on a changed call; it raises nothing."""

    def __init__(
        self,
        *,
        approvals: Approvals,
        turns: Turns,
        channels: Channels,
        signal: Callable[[str, str], Awaitable[None]],
        audit: Trail,
        weigh: Callable[[Action], Awaitable[Judgement]],
    ) -> None:
        self._approvals = approvals
        self._turns = turns
        self._channels = channels
        self._signal = signal
        self._audit = audit
        self._weigh = weigh

    async def decide(
        self,
        approval_id: str,
        decision: Decision,
        *,
        by: str,
        changed: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> Approval:
        """Raises NotFoundError, AlreadyDecidedError, InvalidError, RefusedError (the changed call is one that is
        always refused), UnavailableError (the decision stands, but was not put on record: what it lets through is)."""
        asked = await self._approvals.get(approval_id)
        if changed is not None:
            await self._check(asked, decision, changed)
        said = (reason or "").strip() or None
        decided = await self._approvals.decide(
            approval_id, decision, by=by, changed=changed, reason=said
        )
        crash.point("approval.decided")
        try:
            await self._record(decided)
        finally:
            self._approvals.wake(approval_id)
            if decided.deferred:
                await self._go_on(decided)
        return decided

    async def catch_up(self, under_way: timedelta = UNDER_WAY) -> int:
        """Put on record what a crash left between a decision and the trail, once. `under_way`: a younger decision may
        be in somebody's hands. Gives how many."""
        left = await self._approvals.unrecorded(clock.now() - under_way)
        for each in left:
            wanted = Wanted(what=DECIDED, turn_id=each.turn_id)
            known = [entry.details async for entry in self._audit.every(wanted)]
            if any(_is_of(details, each) for details in known):
                await self._approvals.recorded(each.id)
            else:
                await self._record(each)
        return len(left)

    async def remind(self) -> int:
        """Wake turns whose wait is over without their knowing: a crash came between decision and signal, or their
        session is another one now. Gives how many."""
        waiting = await self._approvals.deferred()
        if not waiting:
            return 0
        turns = await self._turns.of_ids(list({each.turn_id for each in waiting}))
        sessions = {row.id: row.session_id for row in await self._channels.every()}
        newest = {each.turn_id: each for each in waiting}  # oldest first, so the last one counts
        over = [
            each
            for each in newest.values()
            if (turn := turns.get(each.turn_id)) is not None
            and turn.state is TurnState.WAITING
            and (not each.is_open or sessions.get(each.channel) != each.session_id)
        ]
        for each in over:
            await self._go_on(each)
        return len(over)

    async def _record(self, decided: Approval) -> None:
        await self._audit.record(
            DECIDED,
            by=decided.decided_by or "system",
            channel=decided.channel,
            turn_id=decided.turn_id,
            details=_on_record(decided),
        )
        crash.point("approval.recorded")
        await self._approvals.recorded(decided.id)

    async def _check(
        self, asked: Approval, decision: Decision, changed: Mapping[str, object]
    ) -> None:
        if decision is Decision.REFUSE:
            raise InvalidError("A refused call has no input. Leave `input` out, or approve it.")
        judgement = await self._weigh(_changed(asked.action, changed))
        if judgement.verdict is Verdict.DENY:
            raise RefusedError(
                f"With this input the call is refused for everybody: {judgement.reason} Change it, or refuse the call.",
                code="always_refused",
            )

    async def _go_on(self, approval: Approval) -> None:
        """The row is the truth: a signal that gets lost is given again by `remind`."""
        turn = await self._turns.get(approval.turn_id)
        try:
            await self._signal(turn.workflow, turn_workflow.GO_ON)
        except NotFoundError:
            _log.warning("approval.no_workflow", turn=turn.id)


def _changed(action: Action, changed: Mapping[str, object]) -> Action:
    return Action(
        channel=action.channel,
        turn_id=action.turn_id,
        call_id=action.call_id,
        tool=action.tool,
        input=changed,
        directory=action.directory,
        session_id=action.session_id,
        subagent=action.subagent,
    )


def _on_record(decided: Approval) -> dict[str, object]:
    return {
        "approval_id": decided.id,
        "decision": decided.decision,
        "tool": decided.tool,
        "input": dict(decided.input),
        "changed_input": None if decided.changed_input is None else dict(decided.changed_input),
        "rule": decided.rule,
        "risk": decided.risk.value,
        "reason": decided.decision_reason,
        "decided_at": decided.decided_at and decided.decided_at.isoformat(),
    }


def _is_of(details: Mapping[str, object], decided: Approval) -> bool:
    """One may be decided again, after its outcome got lost."""
    said = _on_record(decided)
    return all(details.get(name) == said[name] for name in ("approval_id", "decided_at"))
