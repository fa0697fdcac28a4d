"""The one switch over everything: suspend all agents, and let them go on."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre import conversations
from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import Form, View

router = APIRouter(prefix="/api/agent", tags=["agent"])

Reason = Annotated[
    str | None, Field(max_length=500, description="Why; people see it, and the audit trail.")
]


class Suspended(View):
    """Since when everything is suspended, and by whom."""

    since: datetime
    by: str
    reason: str | None


class Suspension(View):
    suspended: Suspended | None = Field(description="null: work goes on.")


class SuspensionWish(Form):
    reason: Reason = None


@router.post("/suspend", responses=may_answer())
async def suspend_everything(
    request: Request, parts: Given, wish: SuspensionWish | None = None
) -> Suspension:
    """Nothing runs from now on. What runs is interrupted, counts as no attempt, and goes on in its session after
    `resume`; what comes in is taken in and waits. Survives restarts."""
    reason = wish.reason if wish else None
    found = await parts.control.suspend(by=principal_of(request).who, reason=reason)
    return Suspension(suspended=suspended_of(found))


@router.post("/resume", responses=may_answer())
async def resume_everything(request: Request, parts: Given) -> Suspension:
    """Everything goes on where it was. Channels that are paused or stopped stay so."""
    await parts.control.go_on(by=principal_of(request).who)
    return Suspension(suspended=None)


def suspended_of(found: conversations.Suspended | None) -> Suspended | None:
    return found and Suspended(since=found.since, by=found.by, reason=found.reason)
