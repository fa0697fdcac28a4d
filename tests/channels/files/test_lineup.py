from hypothesis import given
from hypothesis import strategies as st

from sempre.channels.files.lineup import Lineup
from sempre.channels.files.take import CLOSED, UNSEEN, Sign


def line_of(lineup: Lineup) -> list[str]:
    return [name for name, _ in lineup.take(1000)]


def test_events_line_up_in_order_and_each_name_once():
    lineup = Lineup()
    for name in ("b", "a", "b", "c"):
        lineup.closed(name)
    assert len(lineup) == 3
    assert lineup.take(2) == [("b", CLOSED), ("a", CLOSED)]
    lineup.closed("b")
    assert line_of(lineup) == ["c", "b"]


def test_what_the_folder_holds_goes_before_events_that_came_meanwhile():
    lineup = Lineup()
    lineup.closed("before")
    lineup.hold()
    lineup.closed("new")
    lineup.closed("lost2")
    lineup.hold()
    lineup.found(["lost1", "before", "lost2", "lost3"])
    assert lineup.take(1000) == [
        ("before", CLOSED),
        ("lost1", UNSEEN),
        ("lost2", CLOSED),
        ("lost3", UNSEEN),
        ("new", CLOSED),
    ]


def test_one_that_is_not_sure_waits_for_a_second_look_unless_an_event_comes():
    lineup = Lineup()
    lineup.unsure("link")
    lineup.unsure("written")
    lineup.closed("written")
    assert "link" in lineup
    assert line_of(lineup) == ["written"]
    lineup.second_look()
    assert lineup.take(9) == [("link", UNSEEN)]
    lineup.unsure("link", Sign(seen=(1, 2, 3)))
    lineup.second_look()
    assert lineup.take(9) == [("link", Sign(seen=(1, 2, 3)))]


def test_an_event_does_not_make_an_earlier_look_forgotten():
    lineup = Lineup()
    lineup.unsure("slow", Sign(seen=(1, 2, 3)))
    lineup.unsure("slow")
    lineup.second_look()
    assert lineup.take(9) == [("slow", Sign(seen=(1, 2, 3)))]


def test_what_could_not_be_taken_is_first_again():
    lineup = Lineup()
    for name in "abc":
        lineup.closed(name)
    first = lineup.take(2)
    lineup.closed("d")
    lineup.put_back(first)
    assert line_of(lineup) == ["a", "b", "c", "d"]


@given(st.lists(st.tuples(st.sampled_from("cusht"), st.sampled_from("abcde")), max_size=60))
def test_no_name_is_ever_lost_or_doubled(steps: list[tuple[str, str]]):
    lineup = Lineup()
    waiting: set[str] = set()
    held: set[str] | None = None  # those that were closed since the folder is looked through
    for step, name in steps:
        match step:
            case "c":
                lineup.closed(name)
                waiting.add(name)
                if held is not None:
                    held.add(name)
            case "u":
                lineup.unsure(name)
                waiting.add(name)
            case "s":
                lineup.second_look()
            case "h":
                lineup.hold()
                held = held or set()
            case _:
                taken = [name for name, _ in lineup.take(2)]
                assert len(taken) == len(set(taken))
                waiting -= set(taken) - (held or set())
        assert all(name in lineup for name in waiting)
    lineup.found([])
    lineup.second_look()
    assert set(line_of(lineup)) == waiting
