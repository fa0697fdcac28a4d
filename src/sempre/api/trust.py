"""Whether a worker's folder, or a board's repository, may bring settings, hooks and instructions of its own for Claude
Code."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from sempre.access import Scope
from sempre.agents.claude import project
from sempre.api.authentication import principal_of, require
from sempre.api.boarding import repository_in_order
from sempre.api.camel import BoardName
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View, WorkerName
from sempre.errors import ConflictError, NotFoundError

router = APIRouter(prefix="/api")


class TrustState(StrEnum):
    """`changed`: it was trusted, but what would be loaded is not the same any more, so nothing is."""

    EMPTY = "empty"
    UNTRUSTED = "untrusted"
    TRUSTED = "trusted"
    CHANGED = "changed"


class TrustStanding(View):
    """How much a folder is trusted. `contents` names what would be loaded as it is now: send it back to trust just
    that."""

    directory: str
    state: TrustState
    contents: str
    files: Sequence[str] = Field(description="What Claude Code would load, in full paths.")
    too_much: bool = Field(description="These are too many files to be looked through and trusted.")
    trusted_at: datetime | None
    trusted_by: str | None


class FolderTrust(TrustStanding):
    """Of a worker's folder."""

    worker: str


class BoardTrust(TrustStanding):
    """Of a board's repository: its cards' agents get its hooks and instructions as they were trusted there, and
    nothing that lies in their worktrees."""

    board: str


class TrustChange(Form):
    trusted: bool
    contents: str = Field(
        default="", max_length=64, description="As it was read; 409 when it is another by now."
    )


@router.get("/workers/{name}/trust", tags=["workers"], responses=may_answer(404))
async def get_worker_trust(parts: Given, name: WorkerName) -> FolderTrust:
    """What the worker's folder would bring, and whether a person trusts it."""
    return FolderTrust(worker=name, **await _standing(parts, _worker(parts, name)))


@router.put("/workers/{name}/trust", tags=["workers"], responses=may_answer(404, 409))
async def put_worker_trust(
    parts: Given, request: Request, name: WorkerName, change: TrustChange
) -> FolderTrust:
    """Trust the folder as it is now, which needs the scope `approve`, or trust it no longer. Holds from the worker's
    next turn on."""
    folder = _worker(parts, name)
    await _change(parts, request, folder, change, channel=f"files:{name}")
    return FolderTrust(worker=name, **await _standing(parts, folder))


@router.get("/boards/{board}/trust", tags=["boards"], responses=may_answer(404, 409))
async def get_board_trust(parts: Given, board: BoardName) -> BoardTrust:
    """What the board's repository would bring, and whether a person trusts it."""
    folder = await _repository(parts, board)
    return BoardTrust(board=board, **await _standing(parts, folder))


@router.put("/boards/{board}/trust", tags=["boards"], responses=may_answer(404, 409))
async def put_board_trust(
    parts: Given, request: Request, board: BoardName, change: TrustChange
) -> BoardTrust:
    """Trust the repository as it is now, which needs the scope `approve`, or trust it no longer. Holds from the next
    stage of a card on."""
    folder = await _repository(parts, board)
    await _change(parts, request, folder, change, channel=f"board:{board}")
    return BoardTrust(board=board, **await _standing(parts, folder))


async def _change(
    parts: Parts, request: Request, folder: Path, change: TrustChange, *, channel: str
) -> None:
    who = principal_of(request).who
    found = await asyncio.to_thread(project.read, folder)
    if change.trusted:
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
    else:
        await parts.trusts.take(found.directory, by=who)
    parts.log.append("policy.changed", {"what": "trust", "by": who}, channel=channel)


async def _standing(parts: Parts, folder: Path) -> dict[str, Any]:
    """The fields of TrustStanding."""
    found = await asyncio.to_thread(project.read, folder)
    await parts.trusts.look()
    trust = parts.trusts.of(found.directory)
    if trust is None:
        state = TrustState.UNTRUSTED if found.files else TrustState.EMPTY
    else:
        state = TrustState.TRUSTED if trust.contents == found.contents else TrustState.CHANGED
    return {
        "directory": str(found.directory),
        "state": state,
        "contents": found.contents,
        "files": [str(path) for path in found.files],
        "too_much": found.too_much,
        "trusted_at": trust and trust.trusted_at,
        "trusted_by": trust and trust.trusted_by,
    }


def _worker(parts: Parts, name: str) -> Path:
    """Raises NotFoundError for a worker that is not on this machine: its folder is elsewhere."""
    place = next((each for each in parts.workers() if each.name == name), None)
    if place is None:
        raise NotFoundError(
            f"There is no worker {name} on this machine. `sempre status` lists those there are.",
            code="worker_not_found",
        )
    return place.directory


async def _repository(parts: Parts, board: str) -> Path:
    """Raises NotFoundError, ConflictError, UnavailableError: it is on another machine."""
    with repository_in_order():
        return await parts.board.commands.folder(board)
