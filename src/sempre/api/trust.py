"""Whether a worker's folder may bring settings, hooks and instructions of its own for Claude Code."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre.access import Scope
from sempre.agents.claude import project
from sempre.api.authentication import principal_of, require
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View, WorkerName
from sempre.errors import ConflictError, NotFoundError

router = APIRouter(prefix="/api", tags=["workers"])


class TrustState(StrEnum):
    """`changed`: it was trusted, but what would be loaded is not the same any more, so nothing is."""

    EMPTY = "empty"
    UNTRUSTED = "untrusted"
    TRUSTED = "trusted"
    CHANGED = "changed"


class FolderTrust(View):
    """`contents` names what would be loaded as it is now: send it back to trust just that."""

    worker: str
    directory: str
    state: TrustState
    contents: str
    files: Sequence[str] = Field(description="What Claude Code would load, in full paths.")
    too_much: bool = Field(description="These are too many files to be looked through and trusted.")
    trusted_at: datetime | None
    trusted_by: str | None


class TrustChange(Form):
    trusted: bool
    contents: str = Field(
        default="", max_length=64, description="As it was read; 409 when it is another by now."
    )


@router.get("/workers/{name}/trust", responses=may_answer(404))
async def get_worker_trust(parts: Given, name: WorkerName) -> FolderTrust:
    """What the worker's folder would bring, and whether a person trusts it."""
    return await _standing(parts, name)


@router.put("/workers/{name}/trust", responses=may_answer(404, 409))
async def put_worker_trust(
    parts: Given, request: Request, name: WorkerName, change: TrustChange
) -> FolderTrust:
    """Trust the folder as it is now, which needs the scope `approve`, or trust it no longer. Holds from the worker's
    next turn on."""
    who = principal_of(request).who
    found = await _read(parts, name)
    if not change.trusted:
        await parts.trusts.take(found.directory, by=who)
        _tell(parts, name, who)
        return await _standing(parts, name)
    require(request, Scope.APPROVE)
    if found.too_much or not found.contents:
        raise ConflictError(
            "There is nothing in this folder that could be trusted, or too much to be looked through.",
            code="nothing_to_trust",
        )
    if found.contents != change.contents:
        raise ConflictError(
            "What this folder would bring has changed since you looked. Look again, then decide.",
            code="contents_changed",
        )
    await parts.trusts.give(found.directory, found.contents, by=who)
    _tell(parts, name, who)
    return await _standing(parts, name)


def _tell(parts: Parts, worker: str, by: str) -> None:
    parts.log.append("policy.changed", {"what": "trust", "by": by}, channel=f"files:{worker}")


async def _standing(parts: Parts, name: str) -> FolderTrust:
    found = await _read(parts, name)
    await parts.trusts.look()
    trust = parts.trusts.of(found.directory)
    if trust is None:
        state = TrustState.UNTRUSTED if found.files else TrustState.EMPTY
    else:
        state = TrustState.TRUSTED if trust.contents == found.contents else TrustState.CHANGED
    return FolderTrust(
        worker=name,
        directory=str(found.directory),
        state=state,
        contents=found.contents,
        files=[str(path) for path in found.files],
        too_much=found.too_much,
        trusted_at=trust and trust.trusted_at,
        trusted_by=trust and trust.trusted_by,
    )


async def _read(parts: Parts, name: str) -> project.Project:
    """Raises NotFoundError for a worker that is not on this machine: its folder is elsewhere."""
    place = next((each for each in parts.workers() if each.name == name), None)
    if place is None:
        raise NotFoundError(
            f"There is no worker {name} on this machine. `sempre status` lists those there are.",
            code="worker_not_found",
        )
    return await asyncio.to_thread(project.read, place.directory)
