"""Times, money and text as they are said in a terminal."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.cli import wording

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (0.9, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (200_000, "2 d")],
)
def test_one_unit_of_time(seconds: float, said: str):
    assert wording.duration(timedelta(seconds=seconds)) == said


def test_moments_that_are_not_there_are_empty():
    assert wording.since(None, NOW) == wording.until(None, NOW) == wording.stamp(None) == ""
    assert wording.until(NOW + timedelta(minutes=3), NOW) == "in 3 min"


@pytest.mark.parametrize(
    ("micros", "said"),
    [(None, "?"), (0, "$0.00"), (12, "$0.0000"), (3_700, "$0.0037"), (1_234_567, "$1.23")],
)
def test_what_is_unknown_is_not_nothing(micros: int | None, said: str):
    assert wording.dollars(micros) == said


@pytest.mark.parametrize(
    ("count", "said"), [(999, "999 B"), (1500, "2 KB"), (5_300_000_000, "5.3 GB")]
)
def test_sizes(count: int, said: str):
    assert wording.size(count) == said


@given(st.text())
def test_nothing_from_outside_moves_the_cursor(text: str):
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in wording.head(text, 80))
    assert len(wording.head(text, 80)) <= 80
    assert not set(wording.harmless(text)) & set(
        map(chr, [*range(9), *range(11, 32), *range(127, 160)])
    )


def test_lines_and_tabs_stay():
    assert wording.harmless("a\r\n\tb\x1b[2J") == "a\n\tb\\x1b[2J"
