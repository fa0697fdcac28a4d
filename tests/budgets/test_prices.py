"""What a call costs, by the shipped list and by a person's rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.budgets.prices import Price, Rates, check_name, find_price, plain_name, shipped
from sempre.contract.gate import Extras
from sempre.contract.messages import Usage
from sempre.errors import InvalidError

MINE = Rates(input=1, output=2, cache_read=3, cache_write=4, cache_write_hour=5)
MILLION = 1_000_000


def cost(model: str, usage: Usage, **extras: object) -> int:
    price = find_price(model, {})
    assert price is not None
    return price.cost(usage, Extras(**extras))  # pyright: ignore[reportArgumentType]  (what a test says)


@pytest.mark.parametrize(
    ("model", "micros"),
    [
        # input, output, read and write a million tokens each
        ("claude-opus-5-5", (4_000_000, 20_000_000, 200_000, 5_000_000)),
        ("claude-opus-5", (5_000_000, 25_000_000, 500_000, 6_250_000)),
        ("claude-opus-4-1", (15_000_000, 75_000_000, 1_500_000, 18_750_000)),
        ("claude-fable-5-2", (8_000_000, 40_000_000, 200_000, 10_000_000)),
        ("claude-sonnet-5-5", (2_000_000, 10_000_000, 100_000, 2_500_000)),
        ("claude-sonnet-4-5", (3_000_000, 15_000_000, 300_000, 3_750_000)),
        ("claude-haiku-4-5", (1_000_000, 5_000_000, 100_000, 1_250_000)),
    ],
)
def test_each_kind_of_token_has_its_price(model: str, micros: tuple[int, int, int, int]):
    kinds = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    for kind, expected in zip(kinds, micros, strict=True):
        assert cost(model, Usage(**{kind: MILLION})) == expected


def test_a_long_prompt_has_its_own_price():
    short = Usage(input_tokens=50_000, cache_read_tokens=50_000, output_tokens=1000)
    long = Usage(input_tokens=50_001, cache_read_tokens=50_000, output_tokens=1000)
    assert cost("claude-haiku-5-5", short) == 5_000 + 500 + 500
    assert cost("claude-haiku-5-5", long) == 25_001 + 2_500 + 2_500  # half a micro-dollar rounds up


def test_hours_in_the_cache_searches_speed_and_region_change_the_price():
    written = Usage(cache_write_tokens=MILLION)
    assert cost("claude-opus-5-5", written, long_cache_tokens=400_000) == 3_000_000 + 3_200_000
    assert cost("claude-opus-5-5", written, long_cache_tokens=2 * MILLION) == 8_000_000
    assert cost("claude-opus-5-5", Usage(), searches=3) == 30_000
    assert cost("claude-opus-5-5", Usage(output_tokens=MILLION), fast=True) == 40_000_000
    assert cost("claude-haiku-4-5", Usage(output_tokens=MILLION), fast=True) == 5_000_000
    assert cost("claude-opus-5-5", Usage(output_tokens=MILLION), us_only=True) == 22_000_000


def test_a_call_is_rounded_once_half_up():
    rates = Rates(input=1, output=0, cache_read=0, cache_write=0, cache_write_hour=0)
    price = Price(rates=rates)
    assert [price.cost(Usage(input_tokens=n), Extras()) for n in (499_999, 500_000, 1_500_000)] == [
        0,
        1,
        2,
    ]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-5-5", "claude-sonnet-5-5"),
        ("claude-3-5-haiku@20241022", "claude-3-5-haiku"),
        ("claude-sonnet-4-5-latest", "claude-sonnet-4-5"),
        ("claude-sonnet-5[1m]", "claude-sonnet-5"),
        ("Claude-Opus-5-5 ", "claude-opus-5-5"),
    ],
)
def test_a_model_is_known_under_the_names_that_providers_give_it(name: str, plain: str):
    assert plain_name(name) == plain
    assert find_price(name, {}) == shipped()[plain]


@pytest.mark.parametrize(
    "name", ["", "gpt-7", "claude-opus-6", "claude-opus-5-7", "claude", "opus"]
)
def test_no_price_is_guessed_for_a_model_that_is_not_on_the_list(name: str):
    assert find_price(name, {}) is None


def test_a_persons_row_overrules_and_the_more_exact_one_wins():
    other = Rates(input=9, output=9, cache_read=9, cache_write=9, cache_write_hour=9)
    own = {"claude-opus-*": other, "claude-opus-5*": MINE, "local/llama": other}
    assert find_price("claude-opus-5-5", own) == Price(rates=MINE, surcharges=False)
    assert find_price("claude-opus-4-1", own) == Price(rates=other, surcharges=False)
    assert find_price("local/llama", own) == Price(rates=other, surcharges=False)
    assert find_price("local/llama-2", own) is None
    assert find_price("claude-sonnet-5", own) == shipped()["claude-sonnet-5"]
    exact = {**own, "claude-opus-5-5": other}
    assert find_price("claude-opus-5-5", exact) == Price(rates=other, surcharges=False)


@pytest.mark.parametrize("name", ["", "*x", "a*b", "a b", "x" * 201, "a**"])
def test_a_row_needs_a_name_or_a_beginning(name: str):
    with pytest.raises(InvalidError):
        check_name(name)


@given(
    st.sampled_from(sorted(shipped())),
    st.lists(st.integers(0, 10**12), min_size=5, max_size=5),
    st.booleans(),
)
def test_a_cost_is_never_negative_and_fits_the_ledger(model: str, n: list[int], us_only: bool):
    usage = Usage(
        input_tokens=n[0], output_tokens=n[1], cache_read_tokens=n[2], cache_write_tokens=n[3]
    )
    assert 0 <= cost(model, usage, long_cache_tokens=n[4], us_only=us_only) < 2**63
