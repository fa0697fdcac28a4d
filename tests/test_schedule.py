from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre import schedule
from sempre.errors import MisconfiguredError

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "following", "previous"),
    [
        ("02:00", "2026-11-20T03:00", "2026-11-20T05:00", "2026-11-19T05:00"),
        ("02:00", "2026-11-20T05:00", "2026-11-21T05:00", "2026-11-20T05:00"),
        ("9:30", "2026-11-20T12:29:59", "2026-11-20T12:30", "2026-11-19T12:30"),
        ("15m", "2026-11-20T12:07", "2026-11-20T12:15", "2026-11-20T12:00"),
        ("15m", "2026-11-20T12:15", "2026-11-20T12:30", "2026-11-20T12:15"),
        ("2h", "2026-11-20T13:00", "2026-11-20T14:00", "2026-11-20T12:00"),
        ("30s", "2026-11-20T12:00:31", "2026-11-20T12:01", "2026-11-20T12:00:30"),
        ("1d", "2026-11-20T12:00", "2026-11-21T00:00", "2026-11-20T00:00"),
        ("0 9 * * MON", "2026-11-20T12:00", "2026-11-23T12:00", "2026-11-16T12:00"),
        (" */10 * * * * ", "2026-11-20T12:00:30", "2026-11-20T12:10", "2026-11-20T12:00"),
    ],
)
def test_moments_in_the_operators_zone(every: str, now: str, following: str, previous: str):
    parsed = schedule.parse(every, SAO_PAULO)
    assert parsed.following(at(now)) == at(following)
    assert parsed.previous(at(now)) == at(previous)


def test_a_time_of_day_follows_the_clock_on_the_wall_through_summer_time():
    """In New York 2026-03-08 has no 02:30 and 2026-11-01 has two; each day still has its one."""
    parsed = schedule.parse("02:30", NEW_YORK)
    moment, days = at("2026-03-06T12:00"), []
    for _ in range(4):
        moment = parsed.following(moment)
        days.append(moment.astimezone(NEW_YORK).strftime("%m-%d %H:%M"))
    assert days == ["03-07 02:30", "03-08 03:00", "03-09 02:30", "03-10 02:30"]
    autumn = parsed.following(at("2026-10-31T12:00"))
    assert parsed.following(autumn) - autumn >= timedelta(hours=24)


@pytest.mark.parametrize(
    "every",
    [
        "",
        "25:00",
        "2:60",
        "0m",
        "5s",
        "-15m",
        "2w",
        "tomorrow",
        "* * *",
        "0 0 30 2 *",
        "61 * * * *",
    ],
)
def test_what_is_no_schedule_is_for_a_person(every: str):
    with pytest.raises(MisconfiguredError, match="every = "):
        schedule.parse(every, UTC)


@given(
    st.sampled_from(
        ["02:00", "02:30", "01:30", "15m", "2h", "7h", "0 9 * * MON", "*/7 * * * *", "30 2 1 * *"]
    ),
    st.sampled_from([UTC, SAO_PAULO, NEW_YORK]),
    st.integers(0, 2 * 365 * 24 * 3600).map(
        lambda past: at("2026-01-01") + timedelta(seconds=past)
    ),
)
def test_the_moments_around_any_moment_agree(every: str, zone: ZoneInfo, now: datetime):
    parsed = schedule.parse(every, zone)
    following, previous = parsed.following(now), parsed.previous(now)
    assert previous <= now < following
    assert parsed.previous(following) == following
    assert parsed.previous(following - timedelta(seconds=1)) <= previous
