"""What was spent: by day, channel, model, agent and turn, today with its forecast, and as a file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import StreamingResponse

from sempre import budgets, conversations
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.heads import head
from sempre.api.schema import PAGE, ChannelName, Limit, Rows, View
from sempre.api.spend_export import Sheet, lines
from sempre.api.turns import worker_of
from sempre.budgets import Group, Method, Totals

router = APIRouter(prefix="/api", tags=["spend"])

Since = Annotated[
    date | None,
    Query(description="The first day, in the operator's time zone; else 30 days up to `until`."),
]
Until = Annotated[date | None, Query(description="The last day, included; else today.")]
After = Annotated[
    str | None,
    Query(max_length=400, description="`next` of the page before; without it the first comes."),
]


class Spent(View):
    """What a number of model calls took. Money in millionths of a dollar, of calls with a known cost."""

    calls: int
    failed_calls: int = Field(
        description="Refused by the provider or not reached: they took nothing."
    )
    unknown_cost_calls: int = Field(
        description="Without a known price, or broken off: they may have cost more."
    )
    cost_micros: int
    tokens: int = Field(description="Of every kind.")
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class SpentTurn(View):
    """The turn that a line is about."""

    id: str
    channel: str
    worker: str | None
    number: int
    prompt_head: str


class SpendItem(Spent):
    key: str = Field(
        description="The day (2026-03-01), channel, model, agent (`claude`, `claude:subagents`, `claude:background`) or "
        "turn id. Of turns, an empty one stands for calls that belong to no turn."
    )
    turn: SpentTurn | None = Field(
        description="Only by turn, and null when the turn is not there any more."
    )


class SpendReport(View):
    """Days newest first, all else the dearest first. `next` goes into `after`; null: there is no more."""

    by: Group
    since: datetime
    before: datetime
    total: Spent = Field(description="Of the whole range, not of the page.")
    items: Rows[SpendItem]
    next: str | None


class SpentHour(Spent):
    began_at: datetime


class Forecast(View):
    """What the day will have cost at its end, if it goes on like this."""

    cost_micros: int
    tokens: int
    method: Method = Field(
        description="`profile`: what recent days spent after this time of day; `rate`: the last three hours' rate."
    )


class SpendToday(View):
    """Since midnight in the operator's time zone."""

    day: str
    day_began_at: datetime
    next_day_at: datetime
    time_zone: str
    total: Spent
    hours: Rows[SpentHour] = Field(description="Hours of UTC in which anything was called.")
    forecast: Forecast
    budget_micros: int | None = Field(description="The day's budget; null: none in this unit.")
    budget_tokens: int | None
    warn_percent: int
    used_ratio: float | None = Field(
        description="The used part of the day's budget, in the unit nearer to its end."
    )


@router.get("/spend", responses=may_answer())
async def get_spend(
    parts: Given,
    by: Annotated[Group, Query(description="What a line is about.")],
    since: Since = None,
    until: Until = None,
    channel: ChannelName = None,
    after: After = None,
    limit: Limit = PAGE,
) -> SpendReport:
    """Sums over the ledger of model calls."""
    reports = parts.money.reports
    stretch = reports.stretch(since, until, channel)
    items, following = await reports.page(by, stretch, after=after, limit=limit)
    is_all = after is None and following is None
    total = _together(items) if is_all else await reports.whole(stretch)
    turns: Mapping[str, conversations.Turn] = {}
    if by is Group.TURN:
        turns = await parts.turns.of_ids([item.key for item in items if item.key])
    return SpendReport(
        by=by,
        since=stretch.since,
        before=stretch.before,
        total=Spent(**_numbers(total)),
        items=[_item(each, turns.get(each.key)) for each in items],
        next=following,
    )


@router.get("/spend/today", responses=may_answer())
async def get_spend_today(parts: Given) -> SpendToday:
    """Today so far, hour by hour, with the day's budget and a forecast."""
    today = await parts.money.reports.today()
    budget = (await parts.money.budgets.read()).of_day()
    return SpendToday(
        day=str(today.day),
        day_began_at=today.day.began,
        next_day_at=today.day.ends,
        time_zone=str(today.day.zone),
        total=Spent(**_numbers(today.totals)),
        hours=[SpentHour(began_at=each.began, **_numbers(each.totals)) for each in today.hours],
        forecast=Forecast(
            cost_micros=today.forecast.amount.micros,
            tokens=today.forecast.amount.tokens,
            method=today.forecast.method,
        ),
        budget_micros=budget.limit.micros,
        budget_tokens=budget.limit.tokens,
        warn_percent=budget.warn_percent,
        used_ratio=budget.limit.ratio(today.totals.amount),
    )


@router.get(
    "/spend/export",
    response_class=StreamingResponse,
    responses={
        **may_answer(),
        200: {
            "description": "CSV with a head line, UTF-8.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
    },
)
async def export_spend(
    parts: Given,
    by: Annotated[Sheet, Query(description="What stands in a line.")] = Sheet.CALL,
    since: Since = None,
    until: Until = None,
    channel: ChannelName = None,
) -> StreamingResponse:
    """The same sums as a file, or every call. Cells that a spreadsheet would take for a formula begin with `'`."""
    stretch = parts.money.reports.stretch(since, until, channel)
    zone = parts.money.reports.zone
    name = f"sempre-spend-by-{by.value}-{stretch.since.astimezone(zone).date()}.csv"
    return StreamingResponse(
        lines(parts.money.reports, by, stretch),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _together(items: Sequence[budgets.SpendItem]) -> Totals:
    return sum((each.totals for each in items), Totals())


def _item(item: budgets.SpendItem, turn: conversations.Turn | None) -> SpendItem:
    return SpendItem(key=item.key, turn=_turn(turn) if turn else None, **_numbers(item.totals))


def _turn(turn: conversations.Turn) -> SpentTurn:
    return SpentTurn(
        id=turn.id,
        channel=turn.channel,
        worker=worker_of(turn.channel),
        number=turn.number,
        prompt_head=head(turn.prompt),
    )


def _numbers(totals: Totals) -> dict[str, int]:
    return {
        "calls": totals.calls,
        "failed_calls": totals.failed,
        "unknown_cost_calls": totals.unknown_calls,
        "cost_micros": totals.cost_micros,
        "tokens": totals.amount.tokens,
        "input_tokens": totals.input_tokens,
        "output_tokens": totals.output_tokens,
        "cache_read_tokens": totals.cache_read_tokens,
        "cache_write_tokens": totals.cache_write_tokens,
    }
