"""A person's prices overrule the shipped ones, and can be taken back."""

import pytest

from sempre.budgets import PriceList, Rates
from sempre.db import Database
from sempre.errors import InvalidError, NotFoundError
from tests.budgets.pot import Audited

MINE = Rates(input=1, output=2, cache_read=3, cache_write=4, cache_write_hour=5)


async def test_a_row_is_set_changed_listed_first_and_removed(db: Database):
    prices = PriceList(db, audit=Audited())
    shipped = await prices.list_prices()
    assert shipped
    assert not any(row.own for row in shipped)
    await prices.set_price("mine/*", Rates(**{**vars(MINE), "input": 7}), by="owner")
    await prices.set_price("mine/*", MINE, by="owner")
    first, *others = await prices.list_prices()
    assert (first.model, first.rates, first.own) == ("mine/*", MINE, True)
    assert others == shipped
    await prices.remove_price("mine/*", by="owner")
    assert await prices.list_prices() == shipped
    with pytest.raises(NotFoundError):
        await prices.remove_price("mine/*", by="owner")


@pytest.mark.parametrize("rate", [-1, 10**12 + 1])
async def test_a_rate_out_of_bounds_is_refused(db: Database, rate: int):
    prices = PriceList(db, audit=Audited())
    with pytest.raises(InvalidError):
        await prices.set_price("m", Rates(**{**vars(MINE), "output": rate}), by="owner")
    with pytest.raises(InvalidError):
        await prices.set_price("m *", MINE, by="owner")
    assert not any(row.own for row in await prices.list_prices())
