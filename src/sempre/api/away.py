"""While you were away: what happened since a person last looked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from sempre import clock
from sempre.access import Scope
from sempre.api.authentication import DECLARED
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import View
from sempre.api.turns import worker_of
from sempre.contract.messages import TurnState, Usage

router = APIRouter(prefix="/api", tags=["status"])
_LONGEST = timedelta(days=92)


class ChannelAway(View):
    """One channel meanwhile; channels where nothing happened are left out."""

    channel: str
    worker: str | None
    answered: int
    failed: int
    cost_micros: int | None = Field(description="Millionths of a dollar; null: no price is known.")


class Away(View):
    since: datetime = Field(description="At most three months ago.")
    until: datetime
    answered: int
    failed: int
    cancelled: int
    waiting: int = Field(description="Turns that wait for a person now.")
    parked: int = Field(description="Turns that are parked now.")
    dead: int = Field(description="Dead letters that wait now.")
    cost_micros: int = Field(description="Millionths of a dollar, of calls with a known price.")
    unknown_cost_calls: int
    channels: Sequence[ChannelAway]


class Visit(View):
    away_since: datetime | None = Field(
        description="When the person had last looked before this visit; null: never with this login."
    )


@router.get("/away", responses=may_answer())
async def get_away(
    request: Request,
    parts: Given,
    since: Annotated[
        AwareDatetime | None,
        Query(
            description="Without it: since the last visit of this login, or since midnight if there was none."
        ),
    ] = None,
) -> Away:
    """What was answered, what failed, what waits and what it cost since then. Cheap enough for each visit."""
    now = clock.now()
    mark = since or await _mark(request, parts) or parts.day_began()
    return await _away(parts, max(min(mark, now), now - _LONGEST), now)


@router.post("/visits", responses=may_answer(), openapi_extra={DECLARED: Scope.READ.value})
async def note_visit(request: Request, parts: Given) -> Visit:
    """The person looks at the page: sent when it opens or is shown again, and each minute while it is looked at. After
    a quarter of an hour without, the next one begins a new visit."""
    cookie = request.cookies.get(parts.cookie)
    return Visit(away_since=await parts.logins.visit(cookie) if cookie else None)


async def _mark(request: Request, parts: Parts) -> datetime | None:
    cookie = request.cookies.get(parts.cookie)
    return await parts.logins.away_since(cookie) if cookie else None


async def _away(parts: Parts, since: datetime, now: datetime) -> Away:
    ended = await parts.turns.ended_since(since)
    spent = await parts.spending.by_channel(since)
    standing = await parts.turns.open_count()

    def count(state: TurnState) -> int:
        return sum(number for (_, each), number in ended.items() if each is state)

    return Away(
        since=since,
        until=now,
        answered=count(TurnState.ANSWERED),
        failed=count(TurnState.FAILED),
        cancelled=count(TurnState.CANCELLED),
        waiting=standing.get(TurnState.WAITING, 0),
        parked=standing.get(TurnState.PARKED, 0),
        dead=await parts.dead_letters.count(),
        cost_micros=sum(usage.cost_micros or 0 for usage in spent.values()),
        unknown_cost_calls=await parts.spending.unpriced(since),
        channels=[
            ChannelAway(
                channel=channel,
                worker=worker_of(channel),
                answered=ended.get((channel, TurnState.ANSWERED), 0),
                failed=ended.get((channel, TurnState.FAILED), 0),
                cost_micros=spent.get(channel, Usage()).cost_micros,
            )
            for channel in sorted({channel for channel, _ in ended} | set(spent))
        ],
    )
