from sempre.agents.claude.totals import UNKNOWN, Count, Totals, read_count
from sempre.contract.messages import Usage


def count(dollars: float, tokens: int) -> Count:
    return Count(dollars, {"opus": Usage(input_tokens=tokens)})


def test_a_turn_is_what_was_added() -> None:
    totals = Totals(Count())
    assert totals.share(count(0.043, 10)).cost_micros == 43_000
    second = totals.share(count(0.0859, 25))
    assert second.cost_micros == 42_900
    assert second.tokens["opus"].input_tokens == 15


def test_after_a_resume_what_was_before_is_not_counted_again() -> None:
    assert Totals(count(0.05, 10)).share(count(0.07, 12)).cost_micros == 20_000


def test_a_sum_below_the_last_one_was_counted_anew() -> None:
    totals = Totals(count(0.5, 100))
    assert totals.share(count(0.02, 5)) == count(0.02, 5)
    assert totals.share(count(0.03, 6)).cost_micros == 10_000


def test_what_nobody_knows_is_not_guessed() -> None:
    totals = Totals(UNKNOWN)
    assert totals.share(count(0.5, 100)).cost_micros is None
    assert totals.share(count(0.6, 100)).cost_micros == 100_000
    assert totals.share(read_count(None, None)).cost_micros is None
