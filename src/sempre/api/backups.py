"""Backups: which there are, whether each is proven, when the next comes. Putting one back is the command line's: the
server must not run meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from sempre import backups
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import View

router = APIRouter(prefix="/api", tags=["backups"])
BackupName = Annotated[
    str, Path(pattern=r"^[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[a-z0-9-]{1,60}$", description="Its name.")
]


class Drill(View):
    """A restore drill: the backup was restored aside, opened with the key and counted."""

    at: datetime
    passed: bool
    problems: Sequence[str]
    rows: int = Field(description="Rows counted in the restored databases.")
    opened: int = Field(description="Encrypted values that the key opened.")
    seconds: float


class Backup(View):
    name: str
    made_at: datetime
    bytes: int
    reason: str = Field(
        description="`scheduled`, `manual`, `before-new-key`, `before-restore` (Postgres), or `schema-…` before a "
        "migration."
    )
    drill: Drill | None = Field(description="The newest drill; null: none was made.")


class Backups(View):
    """Newest first, all of them: as many are kept as `backups.keep` says."""

    obstacle: str | None = Field(
        description="What a person must do before one can be made and proven, on Postgres: install `pg_dump`, give "
        "a right; null: nothing."
    )
    every: str = Field(description="The schedule, as `backups.every` says it.")
    next_at: datetime | None
    missing_since: datetime | None = Field(
        description="When the one that should be there was due; null: nothing is missing."
    )
    failure: str | None = Field(description="Why the last scheduled one failed.")
    keep: int
    folder: str
    items: Sequence[Backup]


@router.get("/backups", responses=may_answer())
async def list_backups(parts: Given) -> Backups:
    """Every backup with its newest restore drill, and when the next comes by itself."""
    copies, rounds = parts.care.copies, parts.care.rounds
    standing = await rounds.standing()
    settings = parts.settings.backups
    return Backups(
        obstacle=await copies.obstacle(),
        every=settings.every,
        next_at=rounds.next_at(),
        missing_since=standing.missing_since,
        failure=standing.failure,
        keep=settings.keep,
        folder=str(copies.folder),
        items=[_view(each) for each in await copies.every()],
    )


@router.post("/backups", status_code=201, responses=may_answer(409))
async def create_backup(parts: Given) -> Backup:
    """Make one now and hold a restore drill with it. 409 when a person must act first, as `obstacle` says."""
    return _view(await parts.care.copies.create("manual"))


@router.post("/backups/{name}/verification", responses=may_answer(404, 409))
async def verify_backup(parts: Given, name: BackupName) -> Backup:
    """Hold a restore drill: restore it aside, open it with the key, count. The home is not touched."""
    return _view(await parts.care.copies.verify(name))


def _view(kept: backups.Kept) -> Backup:
    return Backup(
        name=kept.backup.name,
        made_at=kept.backup.made_at,
        bytes=kept.backup.bytes,
        reason=kept.backup.reason,
        drill=drill_of(kept),
    )


def drill_of(kept: backups.Kept) -> Drill | None:
    said = kept.drill
    if said is None:
        return None
    return Drill(
        at=said.at,
        passed=said.passed,
        problems=said.problems,
        rows=said.rows,
        opened=said.opened,
        seconds=said.seconds,
    )
