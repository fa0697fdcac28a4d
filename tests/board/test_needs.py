"""What needs what, against every graph."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sempre.board.needs import cycle

CARDS = [str(at) for at in range(8)]
GRAPHS = st.dictionaries(st.sampled_from(CARDS), st.lists(st.sampled_from(CARDS), max_size=4))


def reaches(needs: dict[str, list[str]], frm: str, to: str) -> bool:
    seen: set[str] = set()
    ends = [frm]
    while ends:
        here = ends.pop()
        if here == to:
            return True
        if here not in seen:
            seen.add(here)
            ends += needs.get(here, [])
    return False


@settings(deadline=None)
@given(GRAPHS, st.sampled_from(CARDS), st.lists(st.sampled_from(CARDS), max_size=3))
def test_a_cycle_is_found_whenever_there_is_one_and_its_way_is_real(
    needs: dict[str, list[str]], card: str, wanted: list[str]
) -> None:
    others = {each: given for each, given in needs.items() if each != card}
    way = cycle(others, card, wanted)
    assert (way is not None) == any(reaches(others, each, card) for each in wanted)
    if way is not None:
        assert way[0] == way[-1] == card
        edges = {**others, card: wanted}
        assert all(after in edges[before] for before, after in pairwise(way))


def test_the_way_is_named_in_its_order() -> None:
    assert cycle({"b": ["c"], "c": ["a"]}, "a", ["b"]) == ["a", "b", "c", "a"]
    assert cycle({}, "a", ["a"]) == ["a", "a"]
    assert cycle({"b": ["c"]}, "a", ["b"]) is None
