"""Calls of agents that wait for a person: list, read, decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue
from starlette.requests import Request

from sempre import approvals as feature
from sempre.access import Scope
from sempre.api.authentication import needs, principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.heads import head
from sempre.api.parts import Parts
from sempre.api.schema import PAGE, Before, ChannelName, Form, ItemId, Limit, TurnId, View
from sempre.api.turns import worker_of
from sempre.approvals import Decision, State
from sempre.approvals.headline import headline
from sempre.contract.actions import Risk
from sempre.conversations import Turn

router = APIRouter(prefix="/api", tags=["approvals"])
_REASON = 2000


class Which(StrEnum):
    """`open` are those that a person can decide; `closed` are all others."""

    OPEN = "open"
    CLOSED = "closed"
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    UNKNOWN = "unknown"


class ApprovalSummary(View):
    """A call as lists show it. Times are UTC."""

    id: str
    channel: str
    worker: str | None = Field(description="The worker's name, on `files:` channels.")
    turn_id: str
    turn_number: int = Field(description="The N of task_N.")
    prompt_head: str = Field(description="How the turn's prompt begins.")
    subagent: str | None = Field(description="Set when a subagent asks.")
    tool: str
    headline: str = Field(description="One line: the tool and its most telling argument.")
    why: str = Field(description="The agent's last words before the call; empty when it said none.")
    rule: str = Field(description="The rule that says that a person decides.")
    rule_reason: str
    risk: Risk
    risk_reason: str
    state: State = Field(
        description="`pending` and `unknown` can be decided. `unknown`: it was let through, then something broke, so "
        "whether it ran is not known; approving runs it again."
    )
    held: bool = Field(
        description="The agent's process is there and waits for the answer; else its turn waits without one."
    )
    asked_at: datetime
    expires_at: datetime = Field(description="Refused when nobody has decided until then.")
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None = Field(
        description="`owner`, `token:<name>`, or `system` when it expired."
    )
    decision_reason: str | None
    released_at: datetime | None = Field(description="When it was let through.")


class Approval(ApprovalSummary):
    """A call in full."""

    call_id: str
    session_id: str
    directory: str = Field(description="Where it would run.")
    input: Mapping[str, JsonValue] = Field(description="The call's own input, exactly.")
    changed_input: Mapping[str, JsonValue] | None = Field(
        description="What a person made of it; this is what runs."
    )


class ApprovalPage(View):
    """Newest first. `next` goes into `before`; null: there is no more. `open` counts those that wait, everywhere."""

    items: Sequence[ApprovalSummary]
    next: str | None
    open: int


class DecisionForm(Form):
    """What a person decides."""

    decision: Decision = Field(
        description="`approve_turn` also approves calls of this tool under this rule, at no higher risk, until the "
        "turn ends."
    )
    input: Mapping[str, JsonValue] | None = Field(
        default=None, description="With an approval: run it with this input instead."
    )
    reason: str | None = Field(
        default=None, max_length=_REASON, description="With a refusal it is told to the agent."
    )


@router.get("/approvals", responses=may_answer())
async def list_approvals(
    parts: Given,
    state: Annotated[Which | None, Query(description="Only those that stand so.")] = None,
    channel: ChannelName = None,
    turn_id: TurnId = None,
    before: Before = None,
    limit: Limit = PAGE,
) -> ApprovalPage:
    """Newest first; with `state=open` those that wait for a person."""
    page = await parts.approvals.page(
        states=states_of(state), channel=channel, turn_id=turn_id, before=before, limit=limit + 1
    )
    items = page[:limit]
    turns = await parts.turns.of_ids(list({each.turn_id for each in items}))
    count, _ = await parts.approvals.standing()
    return ApprovalPage(
        items=[summary_of(each, turns[each.turn_id]) for each in items],
        next=items[-1].id if len(page) > limit else None,
        open=count,
    )


@router.get("/approvals/{id}", responses=may_answer(404))
async def get_approval(parts: Given, id: ItemId) -> Approval:
    """One call with its input, exactly as the agent wants to make it."""
    return await _in_full(parts, await parts.approvals.get(id))


@router.post("/approvals/{id}/decision", responses=may_answer(404, 409), **needs(Scope.APPROVE))
async def decide_approval(
    request: Request,
    parts: Given,
    id: ItemId,
    form: DecisionForm,
) -> Approval:
    """Decide it. Needs the scope `approve`. 409 with who was first when it has been decided already."""
    decided = await parts.deciding.decide(
        id,
        form.decision,
        by=principal_of(request).who,
        changed=form.input,
        reason=form.reason,
    )
    return await _in_full(parts, decided)


def states_of(which: Which | None) -> Sequence[State]:
    """All that are meant; none: every one."""
    match which:
        case None:
            return ()
        case Which.OPEN:
            return list(feature.OPEN)
        case Which.CLOSED:
            return [state for state in State if state not in feature.OPEN]
        case _:
            return [State(which.value)]


async def _in_full(parts: Parts, approval: feature.Approval) -> Approval:
    return in_full(approval, await parts.turns.get(approval.turn_id))


def summary_of(approval: feature.Approval, turn: Turn) -> ApprovalSummary:
    """As lists show it."""
    return ApprovalSummary.model_validate(_summary(approval, turn))


def in_full(approval: feature.Approval, turn: Turn) -> Approval:
    """As it is shown alone."""
    return Approval.model_validate(
        {
            **_summary(approval, turn),
            "call_id": approval.call_id,
            "session_id": approval.session_id,
            "directory": approval.directory,
            "input": approval.input,
            "changed_input": approval.changed_input,
        }
    )


def _summary(approval: feature.Approval, turn: Turn) -> dict[str, object]:
    return {
        "id": approval.id,
        "channel": approval.channel,
        "worker": worker_of(approval.channel),
        "turn_id": approval.turn_id,
        "turn_number": turn.number,
        "prompt_head": head(turn.prompt),
        "subagent": approval.subagent,
        "tool": approval.tool,
        "headline": headline(approval.tool, approval.input),
        "why": approval.why,
        "rule": approval.rule,
        "rule_reason": approval.rule_reason,
        "risk": approval.risk,
        "risk_reason": approval.risk_reason,
        "state": approval.state,
        "held": approval.is_open and not approval.deferred,
        "asked_at": approval.asked_at,
        "expires_at": approval.expires_at,
        "decision": approval.decision,
        "decided_at": approval.decided_at,
        "decided_by": approval.decided_by,
        "decision_reason": approval.decision_reason,
        "released_at": approval.released_at,
    }
