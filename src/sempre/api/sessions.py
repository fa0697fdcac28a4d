"""A worker's sessions: those it had, beginning anew, and going on in a copy."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given, Sums
from sempre.api.schema import Form, View, WorkerName
from sempre.conversations import Origin

router = APIRouter(prefix="/api/workers", tags=["sessions"])
_NAME = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"


class WorkerSession(View):
    """One Claude Code session that a worker had or has."""

    id: str
    current: bool = Field(description="The next turn goes on in it.")
    origin: Origin | None = Field(
        description="`new`: its first; `reset`, `fork`, `adopted`: a person's wish; `lost`: the one before could not "
        "be resumed; null: from before this was noted down."
    )
    parent: str | None = Field(description="The session that it was forked from.")
    by: str | None = Field(description="Who wanted it.")
    began_at: datetime
    last_turn_at: datetime | None
    turns: int = Field(description="Turns answered in it.")
    input_tokens: int
    output_tokens: int
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")


class ForkWish(Form):
    to: Annotated[str, Field(pattern=_NAME)] | None = Field(
        default=None,
        description="Another worker, which goes on in the copy; without it this one does.",
    )


@router.get("/{name}/sessions", responses=may_answer(404))
async def list_worker_sessions(parts: Given, sums: Sums, name: WorkerName) -> list[WorkerSession]:
    """Those it had, newest first, with what they took."""
    return await _sessions(parts, sums, f"files:{name}")


@router.post("/{name}/session/reset", responses=may_answer(404))
async def reset_worker_session(
    request: Request, parts: Given, sums: Sums, name: WorkerName
) -> list[WorkerSession]:
    """The next turn begins a new conversation. What runs finishes in its own; the old session is kept."""
    await parts.control.reset_session(f"files:{name}", by=principal_of(request).who)
    await parts.deciding.remind()
    return await _sessions(parts, sums, f"files:{name}")


@router.post("/{name}/session/fork", responses=may_answer(404, 409))
async def fork_worker_session(
    request: Request, parts: Given, sums: Sums, name: WorkerName, wish: ForkWish | None = None
) -> list[WorkerSession]:
    """The next turn, here or at another worker, goes on in a copy of the present session, which stays as it is.
    Gives the sessions of the worker that has the copy. 409 when nothing was said in it yet."""
    target = f"files:{wish.to}" if wish and wish.to else None
    by = principal_of(request).who
    await parts.control.fork_session(f"files:{name}", by=by, to=target)
    await parts.deciding.remind()
    return await _sessions(parts, sums, target or f"files:{name}")


async def _sessions(parts: Given, sums: Sums, channel: str) -> list[WorkerSession]:
    found = await parts.channels.sessions(channel)
    spent = await sums.of(each.id for each in found)
    return [
        WorkerSession(
            id=each.id,
            current=each.current,
            origin=each.origin,
            parent=each.parent,
            by=each.by,
            began_at=each.began_at,
            last_turn_at=each.last_turn_at,
            turns=each.turns,
            input_tokens=spent[each.id].usage.input_tokens,
            output_tokens=spent[each.id].usage.output_tokens,
            cost_micros=spent[each.id].usage.cost_micros,
        )
        for each in found
    ]
