"""The audit trail: read it, check it, take it along."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, JsonValue, StringConstraints

from sempre import audit as feature
from sempre.access import Scope
from sempre.api.authentication import needs
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import LARGEST, PAGE, ChannelName, Limit, Rows, TurnId, View
from sempre.audit import Wanted

router = APIRouter(prefix="/api", tags=["audit"])
_TOGETHER = 200  # lines in one piece of an export

What = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z_]+(\.[a-z_]+)*\.?$",
        max_length=80,
        description="Only this, such as `policy.changed`; with a dot at its end all that begin so.",
    ),
]
By = Annotated[
    str | None,
    Query(
        pattern=r"^[^\x00-\x1f\x7f]{1,200}$", description="Only what this one did, such as `owner`."
    ),
]
Heads = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$")]] | None,
    Query(
        max_length=20,
        description="Heads that were kept elsewhere (a backup, a log, a notebook), as `sequence:mac`.",
    ),
]


class AuditEntry(View):
    """One record. `mac` chains it to the one before."""

    sequence: int
    at: datetime
    what: str = Field(description="A stable word; docs/reference/audit.md lists them.")
    by: str = Field(
        description="`owner`, `local`, `token:<name>`, `rule:<id>`, `agent:<channel>` or `system`."
    )
    channel: str | None
    turn_id: str | None
    details: Mapping[str, JsonValue]
    mac: str


class AuditPage(View):
    """Newest first. `next` goes into `before`; null: there is no more."""

    items: Rows[AuditEntry]
    next: int | None


class AuditProblem(View):
    """A flaw and where it begins."""

    kind: Literal["changed", "missing", "reordered", "cut_off", "unsigned"]
    sequence: int
    message: str


class AuditHead(View):
    """Where the chain ends. Keep it elsewhere: it proves later that nothing before it was changed or cut off."""

    sequence: int
    mac: str


class AuditVerification(View):
    whole: bool = Field(description="No row was changed, removed, reordered or cut off.")
    rows: int
    first: int | None = Field(description="The oldest record; those before it were forgotten.")
    head: AuditHead
    anchors: int = Field(description="Heads kept elsewhere that it was compared with.")
    problems: Rows[AuditProblem]


@router.get("/audit", responses=may_answer())
async def list_audit(
    parts: Given,
    what: What = None,
    by: By = None,
    channel: ChannelName = None,
    turn: TurnId = None,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="`next` of the page before.")
    ] = None,
    limit: Limit = PAGE,
) -> AuditPage:
    """Who did what, newest first."""
    wanted = Wanted(what=what, by=by, channel=channel, turn_id=turn)
    found = await parts.audit.page(wanted, before=before, limit=limit + 1)
    items = [_entry(each) for each in found[:limit]]
    return AuditPage(items=items, next=items[-1].sequence if len(found) > limit else None)


@router.get("/audit/verification", responses=may_answer())
async def verify_audit(parts: Given, head: Heads = None) -> AuditVerification:
    """Check every record, also against heads in the log and those given."""
    anchors = [*await parts.audit_anchors(), *(_head(each) for each in head or ())]
    found = await parts.audit.verify(anchors)
    return AuditVerification(
        whole=found.whole,
        rows=found.rows,
        first=found.first,
        head=AuditHead(sequence=found.head.sequence, mac=found.head.mac),
        anchors=len(anchors),
        problems=[
            AuditProblem(kind=each.kind, sequence=each.sequence, message=each.message)
            for each in found.problems
        ],
    )


@router.get(
    "/audit/export",
    response_class=StreamingResponse,
    responses={
        **may_answer(),
        200: {
            "description": "One record a line as JSON, oldest first.",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
    },
    **needs(Scope.READ),
)
async def export_audit(
    parts: Given,
    what: What = None,
    by: By = None,
    channel: ChannelName = None,
    turn: TurnId = None,
) -> StreamingResponse:
    """The trail as JSON lines, oldest first."""
    wanted = Wanted(what=what, by=by, channel=channel, turn_id=turn)
    return StreamingResponse(
        _lines(parts.audit.every(wanted)),
        media_type="application/x-ndjson",
        headers={"content-disposition": 'attachment; filename="sempre-audit.jsonl"'},
    )


async def _lines(entries: AsyncIterator[feature.Entry]) -> AsyncIterator[bytes]:
    """A few records at a time: a piece for each would cost more than what it carries."""
    held: list[bytes] = []
    async for entry in entries:
        held.append(msgspec.json.encode(entry) + b"\n")
        if len(held) == _TOGETHER:
            yield b"".join(held)
            held.clear()
    yield b"".join(held)


def _entry(entry: feature.Entry) -> AuditEntry:
    return AuditEntry.model_validate(vars(entry))


def _head(text: str) -> feature.Head:
    sequence, _, mac = text.partition(":")
    return feature.Head(int(sequence), mac)
