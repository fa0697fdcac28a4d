"""Budgets: how they stand, set and clear one, release a turn that waits for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request

from sempre import budgets
from sempre.access import Principal
from sempre.access import Scope as Right
from sempre.api.authentication import needs, principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, ItemId, View
from sempre.api.turns import Turn, in_full
from sempre.budgets import Amount, BudgetScope, Kind, Limit

router = APIRouter(prefix="/api", tags=["budgets"])
_MOST = 10**15

ScopeName = Annotated[
    str,
    Path(
        max_length=300,
        description="`day`, `channel` (each channel's day), `turn` (each turn), or for one channel "
        "`channel:files:coder`, `turn:files:coder`.",
    ),
]
Micros = Annotated[int, Field(ge=0, le=_MOST, description="Millionths of a dollar.")]
Tokens = Annotated[int, Field(ge=0, le=_MOST, description="Tokens of every kind, cache included.")]


class Budget(View):
    """`micros` and `tokens` are limits for a day; null: no limit in that unit. What was spent is today's."""

    scope: str
    kind: Kind
    channel: str | None
    micros: int | None
    tokens: int | None
    warn_percent: int
    changed_at: datetime | None = Field(
        description="null: it stands in the settings, nobody set it since."
    )
    changed_by: str | None
    inherited: bool = Field(description="What holds for all channels holds for this one.")
    spent_micros: int | None = Field(
        description="null: not counted for this scope alone (each channel's, each turn's)."
    )
    spent_tokens: int | None
    reserved_micros: int = Field(
        description="What turns that run now have reserved and not yet spent."
    )
    reserved_tokens: int
    unknown_cost_calls: int = Field(
        description="Calls without a known cost, which dollars leave out; their tokens count."
    )
    used_ratio: float | None = Field(
        description="The used part, in the unit nearer to its end; null: nothing is limited, or not counted."
    )


class BudgetOverview(View):
    """Every budget as it stands today: the day's, each channel's and each turn's, then those of one channel."""

    day: str = Field(description="Today, in the operator's time zone.")
    day_began_at: datetime
    next_day_at: datetime = Field(description="When budgets are whole again.")
    time_zone: str
    items: Sequence[Budget]
    parked_turns: int = Field(description="Turns that wait for a budget.")


class BudgetWish(Form):
    """The limits that hold from now on, both of them; null: none in that unit."""

    micros: Micros | None = None
    tokens: Tokens | None = None
    warn_percent: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="null: as it is."
    )


class ReleaseWish(Form):
    """How much more the turn may spend from now on, whatever the budgets say; give one or both."""

    extra_micros: Micros = 0
    extra_tokens: Tokens = 0


@router.get("/budgets", responses=may_answer())
async def get_budgets(parts: Given) -> BudgetOverview:
    """How every budget stands today."""
    day = parts.money.today()
    return BudgetOverview(
        day=str(day),
        day_began_at=day.began,
        next_day_at=day.ends,
        time_zone=str(day.zone),
        items=[_budget(each) for each in await parts.money.standings.read()],
        parked_turns=len(await parts.turns.parked("budget")),
    )


@router.put("/budgets/{scope:path}", responses=may_answer(404))
async def set_budget(request: Request, parts: Given, scope: ScopeName, wish: BudgetWish) -> Budget:
    """Set one; turns that wait for it look again. To raise it the scope `approve` is needed, to lower it `operate`."""
    named = BudgetScope.read(scope)
    by = principal_of(request)
    await parts.money.budgets.set_budget(
        named,
        Limit(micros=wish.micros, tokens=wish.tokens),
        warn_percent=wish.warn_percent,
        by=by.who,
        may_widen=_may_widen(by),
    )
    return await _find(parts, named)


@router.delete("/budgets/{scope:path}", responses=may_answer(404))
async def clear_budget(request: Request, parts: Given, scope: ScopeName) -> Budget:
    """What stands in the settings, or for all channels, holds again; gives that. Needs `approve` where that is more."""
    named = BudgetScope.read(scope)
    by = principal_of(request)
    await parts.money.budgets.clear_budget(named, by=by.who, may_widen=_may_widen(by))
    return await _find(parts, named)


@router.post("/turns/{id}/release", responses=may_answer(404, 409), **needs(Right.APPROVE))
async def release_turn(request: Request, parts: Given, id: ItemId, wish: ReleaseWish) -> Turn:
    """Let a turn that waits for a budget go on at once, in its session. 409 when it does not wait for one."""
    extra = Amount(micros=wish.extra_micros, tokens=wish.extra_tokens)
    turn = await parts.releasing.release(id, extra, by=principal_of(request).who)
    return await in_full(parts, turn)


def _may_widen(by: Principal) -> bool:
    return Right.APPROVE in by.scopes


async def _find(parts: Parts, scope: BudgetScope) -> Budget:
    """As it stands now; one that nothing was spent on is not among those of today."""
    for each in await parts.money.standings.read():
        if each.scope == scope:
            return _budget(each)
    budget = (await parts.money.budgets.current()).of(scope)
    return _budget(budgets.Standing(scope=scope, budget=budget, inherited=budget.scope != scope))


def _budget(standing: budgets.Standing) -> Budget:
    budget, totals = standing.budget, standing.totals
    return Budget(
        scope=str(standing.scope),
        kind=standing.scope.kind,
        channel=standing.scope.channel,
        micros=budget.limit.micros,
        tokens=budget.limit.tokens,
        warn_percent=budget.warn_percent,
        changed_at=budget.changed_at,
        changed_by=budget.changed_by,
        inherited=standing.inherited,
        spent_micros=totals.amount.micros if totals else None,
        spent_tokens=totals.amount.tokens if totals else None,
        reserved_micros=standing.reserved.micros,
        reserved_tokens=standing.reserved.tokens,
        unknown_cost_calls=totals.unknown_calls if totals else 0,
        used_ratio=standing.ratio,
    )
