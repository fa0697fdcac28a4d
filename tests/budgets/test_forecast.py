"""What a day will have cost: from what recent days spent after this time of day, or from the last hours' rate."""

import zoneinfo
from datetime import UTC, datetime, timedelta

from sempre.budgets.amounts import Amount
from sempre.budgets.days import Day
from sempre.budgets.forecast import Method, foresee

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
TODAY = Day.of(NOON, UTC)


def hours(*of: tuple[int, int, int]) -> dict[datetime, Amount]:
    """(days ago, hour, micros)."""
    return {
        NOON.replace(hour=hour) - timedelta(days=days): Amount(micros=micros, tokens=micros)
        for days, hour, micros in of
    }


def test_nothing_spent_is_nothing_foreseen():
    assert foresee(TODAY, NOON, {}).amount == Amount()


def test_without_enough_days_the_last_three_hours_go_on():
    spent = hours((0, 3, 1000), (0, 10, 60), (1, 20, 500))
    forecast = foresee(TODAY, NOON, spent)
    assert forecast.method is Method.RATE
    assert forecast.amount.micros == 1060 + 60 * 4


def test_just_after_midnight_the_first_call_does_not_say_all():
    now = NOON.replace(hour=0, minute=1)
    forecast = foresee(TODAY, now, {NOON.replace(hour=0): Amount(micros=10)})
    assert forecast.amount.micros == 10 + round(10 * (24 * 60 - 1) / 15)


def test_with_three_days_what_they_spent_after_this_hour_is_added():
    spent = hours((0, 9, 100), (1, 9, 999), (1, 13, 30), (2, 22, 60), (3, 1, 5), (20, 13, 10_000))
    forecast = foresee(TODAY, NOON, spent)
    assert forecast.method is Method.PROFILE
    assert forecast.amount == Amount(micros=100 + 30, tokens=100 + 30)


def test_a_day_of_25_hours_ends_an_hour_later():
    new_york = zoneinfo.ZoneInfo("America/New_York")
    day = Day.of(datetime(2026, 11, 1, 12, tzinfo=UTC), new_york)
    assert day.ends - day.began == timedelta(hours=25)
    now = day.ends - timedelta(hours=1)
    spent = {now - timedelta(hours=1): Amount(micros=30)}
    assert foresee(day, now, spent).amount.micros == 30 + 10
