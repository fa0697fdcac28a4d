"""Who may set which budget, what holds where, and that a change is on the record before it counts."""

import pytest

from sempre.budgets import BudgetScope, Limit
from sempre.budgets.budget_list import WideningError
from sempre.db import Database
from sempre.errors import InvalidError, NotFoundError, UnavailableError
from sempre.events import Log
from tests.budgets.pot import Pot, pot

READ = BudgetScope.read


async def change(each: Pot, scope: str, limit: Limit, *, may_widen: bool = False) -> None:
    await each.money.budgets.set_budget(READ(scope), limit, by="local", may_widen=may_widen)


async def test_lowering_needs_no_more_than_raising_does_not(db: Database, log: Log):
    house = pot(db, log, day_dollars=10.0)
    await change(house, "day", Limit(micros=5_000_000))
    await change(house, "day", Limit(micros=5_000_000, tokens=1000))
    for wider in (
        {"micros": 5_000_001, "tokens": 1000},
        {"micros": 5_000_000, "tokens": 1001},
        {"micros": 5_000_000},
        {"tokens": 1000},
        {"micros": 4_000_000, "tokens": None},
    ):
        with pytest.raises(WideningError):
            await change(house, "day", Limit(**wider))
    with pytest.raises(WideningError):
        await house.money.budgets.clear_budget(READ("day"), by="local", may_widen=False)
    kept = (await house.money.budgets.read()).of_day()
    assert kept.limit == Limit(micros=5_000_000, tokens=1000)
    assert len(house.audited.records) == 2, "what was refused is not on the record"


async def test_one_channel_may_not_be_raised_above_what_holds_for_all(db: Database, log: Log):
    house = pot(db, log, channel_dollars=1.0)
    with pytest.raises(WideningError):
        await change(house, "channel:files:w", Limit(micros=2_000_000))
    await change(house, "channel:files:w", Limit(micros=500_000))
    budgets = await house.money.budgets.read()
    assert budgets.of_channel("files:w").limit == Limit(micros=500_000)
    assert budgets.of_channel("files:x").limit == Limit(micros=1_000_000)


async def test_cleared_the_settings_hold_again(db: Database, log: Log):
    house = pot(db, log, day_dollars=1.0)
    await change(house, "day", Limit(micros=2_000_000), may_widen=True)
    after = await house.money.budgets.clear_budget(READ("day"), by="local", may_widen=False)
    assert after.limit == Limit(micros=1_000_000)
    assert after.changed_at is None
    with pytest.raises(NotFoundError):
        await house.money.budgets.clear_budget(READ("day"), by="local", may_widen=True)


async def test_a_change_is_recorded_with_before_and_after_and_told(db: Database, log: Log):
    house = pot(db, log, day_dollars=1.0)
    await change(house, "day", Limit(micros=500_000))
    ((what, by, details),) = house.audited.records
    assert (what, by, details["scope"], details["cleared"]) == (
        "budget.changed",
        "local",
        "day",
        False,
    )
    assert details["before"] == {"micros": 1_000_000, "tokens": None, "warn_percent": 80}
    assert details["after"] == {"micros": 500_000, "tokens": None, "warn_percent": 80}
    ((_, told),) = await house.told("budget.changed")
    assert told == {**details, "by": "local"}


async def test_what_cannot_be_recorded_is_not_done(db: Database, log: Log):
    house = pot(db, log, day_dollars=1.0)

    async def full(*_: object, **__: object) -> None:
        raise UnavailableError("The disk is full.")

    house.audited.record = full
    with pytest.raises(UnavailableError):
        await change(house, "day", Limit(micros=1))
    assert (await house.money.budgets.read()).of_day().limit == Limit(micros=1_000_000)


@pytest.mark.parametrize("limit", [{"micros": -1}, {"tokens": 10**15 + 1}])
async def test_a_limit_out_of_bounds_is_refused(db: Database, log: Log, limit: dict[str, int]):
    with pytest.raises(InvalidError):
        await change(pot(db, log), "day", Limit(**limit), may_widen=True)


@pytest.mark.parametrize(
    "text",
    ["", "days", "day:files:w", "channel:", "turn:coder", "channel:files:", "turn:\n:x", "DAY"],
)
def test_what_is_no_scope_is_refused(text: str):
    with pytest.raises(InvalidError):
        READ(text)


@pytest.mark.parametrize("text", ["day", "channel", "turn", "channel:files:a", "turn:board:x/y"])
def test_a_scope_is_written_as_it_is_read(text: str):
    assert str(READ(text)) == text
