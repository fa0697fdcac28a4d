"""What a run changed: its files, and their lines where they are not too many."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from sempre.api.boarding import repository_in_order
from sempre.api.camel import CamelView
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import ItemId
from sempre.board import patch
from sempre.board.patch import Change, FileChange
from sempre.errors import InvalidError

router = APIRouter(prefix="/api", tags=["cards"])
_NAMED = 100  # uncommitted files
_LARGEST = 2_000_000  # bytes of git's words that are read


class DiffLine(CamelView):
    kind: Literal["context", "added", "removed", "note"]
    old: int | None = Field(description="Its number in the old version.")
    new: int | None = Field(description="Its number in the new version.")
    text: str = Field(description=f"At most {patch.LONGEST_LINE} characters.")


class DiffHunk(CamelView):
    old_start: int
    new_start: int
    heading: str = Field(description="The function it is in, as git finds it.")
    lines: Sequence[DiffLine]


class DiffFile(CamelView):
    path: str
    old_path: str | None = Field(description="Where it was before.")
    change: Change
    binary: bool
    added: int | None = Field(description="Lines; null for what is no text.")
    removed: int | None
    cut: bool = Field(description="Not all of its lines are here. Ask for this file alone.")
    hunks: Sequence[DiffHunk]


class Diff(CamelView):
    execution_id: str
    base: str | None
    head: str | None
    complete: bool = Field(description="All lines of all files are here.")
    files: Sequence[DiffFile]
    uncommitted: Sequence[str] = Field(
        description=f"Files in the worktree of a run that went through which are not committed as they stand there, so "
        f"that neither this nor a merge has them; the first {_NAMED}. Empty when asked for one file."
    )
    uncommitted_count: int


@router.get("/runs/{id}/diff", responses=may_answer(404, 409))
async def get_run_diff(
    parts: Given,
    id: ItemId,
    path: Annotated[
        str | None,
        Query(min_length=1, max_length=1000, pattern=r"^[^\x00]*$", description="Only this file."),
    ] = None,
) -> Diff:
    """What it changed so far; once it went through, what a merge brings. All files are named; the lines of large ones are cut."""
    if path is not None and (PurePosixPath(path).is_absolute() or ".." in path.split("/")):
        raise InvalidError(
            "A path is that of a file in the repository, from its root, without `..`."
        )
    run = await parts.board.runs.get(id)
    with repository_in_order():
        written = await parts.board.commands.diff(run.id, path=path, largest=_LARGEST)
        left: Sequence[str] = () if path else await parts.board.commands.uncommitted(run.id)
    files = patch.read(written, is_whole=len(written) < _LARGEST)
    return Diff(
        execution_id=run.id,
        base=run.base,
        head=run.head,
        complete=not any(file.cut for file in files),
        files=[_file(file) for file in files],
        uncommitted=left[:_NAMED],
        uncommitted_count=len(left),
    )


def _file(file: FileChange) -> DiffFile:
    return DiffFile(
        path=file.path,
        old_path=file.old_path,
        change=file.change,
        binary=file.is_binary,
        added=file.added,
        removed=file.removed,
        cut=file.cut,
        hunks=[
            DiffHunk(
                old_start=hunk.old_start,
                new_start=hunk.new_start,
                heading=hunk.heading,
                lines=[
                    DiffLine(kind=line.kind, old=line.old, new=line.new, text=line.text)
                    for line in hunk.lines
                ],
            )
            for hunk in file.hunks
        ],
    )
