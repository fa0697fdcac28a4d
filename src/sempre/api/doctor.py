"""What `sempre doctor` says, for the page."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import Field

from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import View
from sempre.contract import finding

router = APIRouter(prefix="/api", tags=["doctor"])


class Finding(View):
    check: str = Field(description="What was looked at.")
    level: finding.Level
    message: str
    remedy: str | None = Field(
        description="The next step; there is one for each warning and problem."
    )


class Diagnosis(View):
    ok: bool = Field(description="There is no problem; there may be warnings.")
    findings: Sequence[Finding]


@router.get("/doctor", responses=may_answer())
async def get_diagnosis(parts: Given) -> Diagnosis:
    """Look at home, machine, database, Claude Code, connection, work and protection. Takes some seconds."""
    found = await parts.care.diagnose()
    return Diagnosis(
        ok=not any(each.level == "problem" for each in found),
        findings=[
            Finding(check=each.check, level=each.level, message=each.message, remedy=each.remedy)
            for each in found
        ],
    )
