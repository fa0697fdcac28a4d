from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sempre.db.moment import Moment

DIALECT = sa.create_engine("sqlite://").dialect
TIMES = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001  (`timezones` gives it)
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001  (`timezones` gives it)
    timezones=st.just(UTC),
)


def stored(value: datetime) -> int:
    found = Moment().process_bind_param(value, DIALECT)
    assert found is not None
    return found


@given(TIMES)
def test_a_time_comes_back_to_the_microsecond(value: datetime) -> None:
    read = Moment().result_processor(DIALECT, None)
    assert read is not None
    assert read(stored(value)) == value
    assert read(None) is None


@given(TIMES, TIMES)
def test_stored_times_sort_as_they_happened(one: datetime, two: datetime) -> None:
    assert (stored(one) < stored(two)) == (one < two)


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    there = timezone(timedelta(hours=-3))
    assert stored(datetime(2026, 1, 1, 9, tzinfo=there)) == stored(
        datetime(2026, 1, 1, 12, tzinfo=UTC)
    )
