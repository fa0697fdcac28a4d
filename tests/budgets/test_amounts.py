"""Limits and what is left of them, for any numbers."""

from hypothesis import given
from hypothesis import strategies as st

from sempre.budgets.amounts import Amount, Limit

NUMBERS = st.integers(0, 10**15)
UNITS = st.none() | NUMBERS
LIMITS = st.builds(Limit, micros=UNITS, tokens=UNITS)
AMOUNTS = st.builds(Amount, micros=NUMBERS, tokens=NUMBERS)


@given(LIMITS, AMOUNTS)
def test_something_is_left_just_when_more_may_be_spent(limit: Limit, spent: Amount):
    left = limit.after(spent)
    assert limit.allows_more_than(spent) == left.allows_more_than(Amount())
    assert all(each is None or each >= 0 for each in (left.micros, left.tokens))


@given(LIMITS, LIMITS, AMOUNTS)
def test_the_least_allows_what_both_allow_and_the_most_is_not_narrower(
    one: Limit, other: Limit, spent: Amount
):
    assert one.least(other).allows_more_than(spent) == (
        one.allows_more_than(spent) and other.allows_more_than(spent)
    )
    most = one.most(other)
    assert not one.is_wider_than(most)
    assert not other.is_wider_than(most)


@given(LIMITS, LIMITS)
def test_wider_is_what_allows_more_in_some_unit(one: Limit, other: Limit):
    assert one.is_wider_than(other) == (one.least(other) != one)


@given(LIMITS, AMOUNTS)
def test_a_limit_that_is_used_up_has_a_ratio_of_at_least_one(limit: Limit, spent: Amount):
    ratio = limit.ratio(spent)
    if limit.is_none:
        assert ratio is None
    else:
        assert ratio is not None
        assert (ratio >= 1) == (not limit.allows_more_than(spent))
