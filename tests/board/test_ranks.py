"""Any sequence of moves leaves a column in the order that people made, and ranks stay short."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sempre.board import ranks

PLACES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=150)


def insert(column: list[tuple[str, str]], at: int, card: str) -> list[tuple[str, str]]:
    """As `places.put` does: one new rank, or the whole column anew."""
    at = min(at, len(column))
    rank = ranks.between(
        column[at - 1][0] if at else None, column[at][0] if at < len(column) else None
    )
    if rank is not None:
        return [*column[:at], (rank, card), *column[at:]]
    names = [each for _, each in column]
    names.insert(at, card)
    return list(zip(ranks.spread(len(names)), names, strict=True))


@settings(deadline=None)
@given(PLACES)
def test_cards_stand_where_they_were_put_whatever_was_moved_before(
    moves: list[tuple[int, int]],
) -> None:
    wanted: list[str] = []
    column: list[tuple[str, str]] = []
    for number, (frm, to) in enumerate(moves):
        if frm < len(column):  # move one that is there, else put in a new one
            card = wanted.pop(frm)
            column = [each for each in column if each[1] != card]
        else:
            card = str(number)
        wanted.insert(min(to, len(wanted)), card)
        column = insert(column, to, card)
        assert [card for _, card in sorted(column)] == wanted
        assert all(len(rank) <= ranks.LONGEST and rank.isdigit() for rank, _ in column)
        assert len({rank for rank, _ in column}) == len(column)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=400))
def test_always_between_the_same_two_never_ends_and_never_grows(sides: list[bool]) -> None:
    column = [("4", "left"), ("6", "right")]
    for number, after in enumerate(sides):
        here = [card for _, card in column].index("right" if number == 0 else str(number - 1))
        column = insert(column, here + (after and number > 0), str(number))
        assert column == sorted(column)
        assert max(len(rank) for rank, _ in column) <= ranks.LONGEST


def test_a_thousand_at_either_end_take_ten_digits() -> None:
    for end in (0, 10_000):
        column: list[tuple[str, str]] = []
        for number in range(1000):
            column = insert(column, end, str(number))
        assert column == sorted(column)
        assert max(len(rank) for rank, _ in column) <= 10


@settings(deadline=None)
@given(st.integers(1, 5000))
def test_a_column_that_is_spread_out_is_in_order_with_room_everywhere(count: int) -> None:
    spread = ranks.spread(count)
    assert len(spread) == count
    assert list(spread) == sorted(set(spread))
    for before, after in zip([None, *spread], [*spread, None], strict=True):
        rank = ranks.between(before, after)
        assert rank is not None
        assert (before or "") < rank < (after or "~")


def test_at_the_very_ends_of_all_ranks_there_is_still_room() -> None:
    assert "9999999999" < (ranks.between("9999999999", None) or "") < "~"
    assert "" < (ranks.between(None, "0000000001") or "") < "0000000001"
