"""Prices: what a million tokens of a model cost, as shipped and as a person set them."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request

from sempre.access import Scope as Right
from sempre.api.authentication import needs, principal_of
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.schema import Form, View
from sempre.budgets import PriceRow, Rates

router = APIRouter(prefix="/api", tags=["prices"])

ModelName = Annotated[
    str,
    Path(
        max_length=201,
        description="As the provider writes it, or its beginning and `*`; what overrules the shipped price.",
    ),
]
Rate = Annotated[
    int, Field(ge=0, le=10**12, description="Millionths of a dollar for a million tokens.")
]


class Price(View):
    """Millionths of a dollar for a million tokens of each kind."""

    model: str
    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_hour: int
    own: bool = Field(description="A person set it; else it came with this release.")


class PriceWish(Form):
    input: Rate
    output: Rate
    cache_read: Rate
    cache_write: Rate
    cache_write_hour: Rate


@router.get("/prices", responses=may_answer())
async def list_prices(parts: Given) -> list[Price]:
    """A person's own first, which overrule; then those that came with this release."""
    return [_price(row) for row in await parts.money.prices.list_prices()]


# A lower price is a higher budget.
@router.put("/prices/{model:path}", responses=may_answer(404), **needs(Right.APPROVE))
async def set_price(request: Request, parts: Given, model: ModelName, wish: PriceWish) -> Price:
    """Counts from the next call that is settled; what is booked stays as it is."""
    rates = Rates(
        input=wish.input,
        output=wish.output,
        cache_read=wish.cache_read,
        cache_write=wish.cache_write,
        cache_write_hour=wish.cache_write_hour,
    )
    row = await parts.money.prices.set_price(model, rates, by=principal_of(request).who)
    return _price(row)


@router.delete(
    "/prices/{model:path}", status_code=204, responses=may_answer(404), **needs(Right.APPROVE)
)
async def remove_price(request: Request, parts: Given, model: ModelName) -> None:
    """The shipped price holds again, if there is one."""
    await parts.money.prices.remove_price(model, by=principal_of(request).who)


def _price(row: PriceRow) -> Price:
    rates = row.rates
    return Price(
        model=row.model,
        input=rates.input,
        output=rates.output,
        cache_read=rates.cache_read,
        cache_write=rates.cache_write,
        cache_write_hour=rates.cache_write_hour,
        own=row.own,
    )
