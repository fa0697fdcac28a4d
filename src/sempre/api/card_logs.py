"""The log of a card's run, in the form that programs outside poll; with cursors beside it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from sempre.api.camel import CARD, CamelView
from sempre.api.errors import may_answer
from sempre.api.executions import LineType
from sempre.api.given import Given
from sempre.api.log_lines import Line
from sempre.api.run_log import Page, RunLog
from sempre.api.schema import LARGEST, Rows
from sempre.board.run import Run
from sempre.board.words import RunState, Stage, WorkflowStage
from sempre.errors import NotFoundError

router = APIRouter(prefix="/api", tags=["cards"])


class LogLine(CamelView):
    """One line; pieces of one text are joined. It covers the events `sequence` to `lastSequence` of the run's log,
    which count 1, 2, 3 … without a gap."""

    timestamp: datetime
    type: LineType
    content: str
    sequence: int
    last_sequence: int
    kind: str = Field(description="The event's; docs/reference/events.md lists them.")
    stage: Stage
    visit: int = Field(description="Which visit of a stage it belongs to.")
    turn_id: str | None
    call: str | None = Field(description="The same for a tool's call and its result.")
    parent: str | None = Field(description="The call of the subagent that it came from.")
    continues: bool = Field(description="Its text goes on that of the line before this page.")


class ExecutionLog(CamelView):
    card_id: str
    execution_id: str
    status: RunState
    command: str
    workflow_stage: WorkflowStage
    started_at: datetime | None
    completed_at: datetime | None
    result: str | None
    logs: Rows[LogLine]


class CardLog(CamelView):
    """`next` goes into `after`, also while there is nothing more yet; `previous` into `before`, null at the start."""

    success: Literal[True]
    execution: ExecutionLog
    next: int
    previous: int | None
    has_more: bool = Field(description="There is more after `next` now.")


class NoCardLog(CamelView):
    success: Literal[False]
    error: str


_NONE = {"model": NoCardLog, "description": "There is no such card or execution."}


@router.get(
    "/logs/{card_id}",
    response_model=CardLog | NoCardLog,
    responses={**may_answer(), 404: _NONE},
)
async def get_card_log(
    parts: Given,
    card_id: Annotated[str, Path(pattern=CARD, description="The card's key or id.")],
    execution: Annotated[
        str | None,
        Query(pattern=CARD, description="An earlier run's id; without it the newest run's."),
    ] = None,
    after: Annotated[
        int | None, Query(ge=0, le=LARGEST, description="`next` of the page before.")
    ] = None,
    before: Annotated[
        int | None, Query(ge=0, le=LARGEST, description="`previous` of the page after.")
    ] = None,
    limit: Annotated[
        int,
        Query(ge=1, le=1000, description="Events on a page; pieces of one text are one line."),
    ] = 100,
) -> Response:
    """The newest lines; with `after` those that came since, with `before` those from before. `success` is false for
    a card that never ran, and with 404 for what is not there."""
    try:
        found = await parts.board.runs.logged(card_id, execution)
    except NotFoundError as error:
        return _none(error.message, 404)
    if found is None:
        return _none("This card has not run yet. POST /api/cards/{id}/run starts it.", 200)
    log = RunLog(parts.log, found.parts)
    if after is not None:
        page = await log.after(after, limit)
    elif before is not None:
        page = await log.before(before, limit)
    else:
        page = await log.newest(limit)
    # Checked once, when it is put together: a page is polled many times a second.
    return _json(_log(found.run, page), 200)


def _none(message: str, status: int) -> Response:
    return _json(NoCardLog(success=False, error=message), status)


def _json(answer: CamelView, status: int) -> Response:
    body = answer.model_dump_json(by_alias=True)
    return Response(body, status, media_type="application/json")


def _log(run: Run, page: Page) -> CardLog:
    return CardLog(
        success=True,
        execution=ExecutionLog(
            card_id=run.card_id,
            execution_id=run.id,
            status=run.state,
            command=run.command,
            workflow_stage=run.workflow_stage,
            started_at=run.started_at,
            completed_at=run.ended_at,
            result=run.result,
            logs=[_line(each) for each in page.lines],
        ),
        next=page.last,
        previous=page.first or None,
        has_more=page.has_more,
    )


def _line(line: Line) -> LogLine:
    return LogLine(
        timestamp=line.timestamp,
        type=line.type,
        content=line.content,
        sequence=line.sequence,
        last_sequence=line.last_sequence,
        kind=line.kind,
        stage=line.stage,
        visit=line.position,
        turn_id=line.turn_id,
        call=line.call,
        parent=line.parent,
        continues=line.continues,
    )
