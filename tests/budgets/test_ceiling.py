"""A turn may come with a limit of its own, such as a stage's or a card's, which holds beside the budgets."""

import pytest

from sempre.budgets import Limit, OverBudgetError
from sempre.db import Database
from sempre.events import Log
from tests.budgets.pot import COST, Pot, pot

CALL = COST / 1_000_000  # dollars


def limit(each: Pot, micros: int) -> None:
    """What is left of so much for all calls of the turn, from the ledger."""

    async def left(turn_id: str, _channel: str) -> Limit:
        spent = await each.money.ledger.turn_usage(turn_id)
        return Limit(micros=max(micros - (spent.cost_micros or 0), 0))

    each.money.purse.ceiling = left


async def test_it_holds_where_there_is_no_budget_at_all(db: Database, log: Log) -> None:
    free = pot(db, log)
    limit(free, 2 * COST)
    assert await free.money.purse.reserve("t1", "board:shop/SHOP-1") is None
    await free.call()
    await free.call()
    with pytest.raises(OverBudgetError, match="is used up"):
        await free.call()
    await free.money.purse.settle("t1")
    assert await free.money.purse.reserve("t1", "board:shop/SHOP-1") is not None


async def test_the_tighter_of_both_holds(db: Database, log: Log) -> None:
    tight = pot(db, log, turn_dollars=1.5 * CALL)
    limit(tight, 9 * COST)
    assert await tight.money.purse.reserve("t1", "board:shop/SHOP-1") is None
    await tight.call()
    await tight.call()
    with pytest.raises(OverBudgetError):
        await tight.call()


async def test_nothing_left_begins_nothing(db: Database, log: Log) -> None:
    free = pot(db, log)
    limit(free, 0)
    refusal = await free.money.purse.reserve("t1", "board:shop/SHOP-1")
    assert refusal is not None
    assert str(refusal.scope) == "turn"
