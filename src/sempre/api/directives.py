"""What a person tells a worker over sempre.toml, from its next turn on. How it works, not what it may do."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre.api.authentication import principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View, WorkerName
from sempre.conversations import Directive, Told
from sempre.errors import InvalidError

router = APIRouter(prefix="/api/workers", tags=["workers"])
_DAY = 24 * 3600

Model = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Effort = Literal["", "low", "medium", "high", "max"]
Instructions = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]
Tools = Annotated[Sequence[Annotated[str, Field(max_length=100)]], Field(max_length=100)]
Seconds = Annotated[float, Field(gt=0, le=7 * _DAY)]


class Tuning(View):
    """Empty: Claude Code's own default."""

    model: str
    effort: str
    instructions: str
    tools: Sequence[str]
    silence_seconds: float = Field(description="Without a sign for so long, the turn is ended.")
    turn_seconds: float = Field(description="A turn takes no longer.")


class DirectivesTold(View):
    model: str | None
    effort: str | None
    instructions: str | None
    tools: Sequence[str] | None
    silence_seconds: float | None
    turn_seconds: float | None


class Directives(View):
    """`told` holds what a person said, null where sempre.toml counts; `configured` is what that says; `effective` is
    what the next turn has."""

    version: int = Field(description="Goes into the next change; 0: nobody said anything yet.")
    changed_at: datetime | None
    changed_by: str | None
    told: DirectivesTold
    configured: Tuning
    effective: Tuning


class DirectivesWish(Form):
    """All that a person says; null takes it back. `version` is the one that it was made from."""

    version: int = Field(ge=0, le=2**31 - 1)
    model: Model | None = None
    effort: Effort | None = None
    instructions: Instructions | None = None
    tools: Tools | None = Field(default=None, description="Only tools that sempre.toml gives it.")
    silence_seconds: Seconds | None = None
    turn_seconds: Seconds | None = None


@router.get("/{name}/directives", responses=may_answer(404))
async def get_directives(parts: Given, name: WorkerName) -> Directives:
    """What was said, what sempre.toml says, and what counts."""
    await parts.channels.get(f"files:{name}")
    return _view(parts, name, await parts.directives.get(f"files:{name}"))


@router.put("/{name}/directives", responses=may_answer(404, 409))
async def put_directives(
    request: Request, parts: Given, name: WorkerName, wish: DirectivesWish
) -> Directives:
    """Say it, from the next turn on. 409 when somebody else changed it since `version`; 422 for a tool that
    sempre.toml does not give: widening is policy's affair."""
    channel, by = f"files:{name}", principal_of(request).who
    _require_narrowing(parts, name, wish.tools)
    await parts.channels.get(channel)
    value = Told(
        model=wish.model,
        effort=wish.effort,
        instructions=wish.instructions,
        tools=None if wish.tools is None else tuple(wish.tools),
        silence_seconds=wish.silence_seconds,
        turn_seconds=wish.turn_seconds,
    )
    details = {**asdict(value), "version": wish.version + 1}
    await parts.audit.record("directives.changed", by=by, channel=channel, details=details)
    return _view(
        parts, name, await parts.directives.put(channel, value, version=wish.version, by=by)
    )


def _require_narrowing(parts: Parts, name: str, tools: Sequence[str] | None) -> None:
    given = parts.settings.worker(name).tools
    if more := [tool for tool in tools or () if tool not in given]:
        raise InvalidError(
            f"sempre.toml does not give this worker {', '.join(more)}. Directives only narrow; add it there to widen."
        )


def _view(parts: Parts, name: str, found: Directive) -> Directives:
    worker, turns, told = parts.settings.worker(name), parts.settings.turns, found.value
    configured = Tuning(
        model=worker.model,
        effort=worker.effort,
        instructions=worker.instructions,
        tools=worker.tools,
        silence_seconds=worker.silence_seconds or turns.silence_seconds,
        turn_seconds=worker.turn_seconds or turns.seconds,
    )
    said = {key: value for key, value in asdict(told).items() if value is not None}
    said["tools"] = told.narrowed(worker.tools)
    return Directives(
        version=found.version,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        told=DirectivesTold(**asdict(told)),
        configured=configured,
        effective=configured.model_copy(update=said),
    )
