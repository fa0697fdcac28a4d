"""Days end at midnight of the operator's zone, also where clocks are put forward or back."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from sempre.budgets.days import Day


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("America/Sao_Paulo", (2026, 3, 1), 24),
        ("America/New_York", (2026, 3, 8), 23),
        ("America/New_York", (2026, 11, 1), 25),
        ("Africa/Cairo", (2026, 4, 24), 23),  # midnight itself is left out
        ("Australia/Lord_Howe", (2026, 4, 5), 24.5),
        ("UTC", (2026, 12, 31), 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, date: tuple[int, int, int], hours: float):
    there = zoneinfo.ZoneInfo(zone)
    day = Day(datetime(*date, tzinfo=UTC).date(), there)
    assert day.ends - day.began == timedelta(hours=hours)
    assert day.ends == day.after(1).began
    for moment in (day.began, day.ends - timedelta(seconds=1)):
        assert Day.of(moment, there) == day
    assert Day.of(day.ends, there) == day.after(1)
