import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.channels.files import names

_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize("name", ["coder", "a", "A-b_c.9", "-x", "x" * 64])
def test_a_worker_may_have_a_plain_name(name: str):
    assert names.refusal(name) is None


@pytest.mark.parametrize(
    "name", ["", ".hidden", "x" * 65, "two words", "ação", "a/b", "a\n", "..", "a:b", "\u202eabc"]
)
def test_a_worker_may_not_have_a_name_that_is_unsafe_in_paths_or_ids(name: str):
    assert "Rename the folder" in (names.refusal(name) or "")


def test_numbers_in_names_count_as_numbers():
    shuffled = ["task10", "task2", "task1b", "10", "task02", "9", "task", "task1a10", "task1a9"]
    assert sorted(shuffled, key=names.natural) == [
        "9", "10", "task", "task1a9", "task1a10", "task1b", "task02", "task2", "task10",
    ]  # fmt: skip


@given(st.lists(_NAMES))
def test_any_names_have_one_order(some: list[str]):
    backwards = some[::-1]
    assert sorted(backwards, key=names.natural) == sorted(some, key=names.natural)


@given(st.text("0123456789ab", min_size=1), st.text("0123456789ab", min_size=1))
def test_two_names_are_equal_in_order_only_when_they_are_the_same(one: str, other: str):
    assert (names.natural(one) == names.natural(other)) == (one == other)


@given(_NAMES, st.integers(1, 300))
def test_a_shortened_name_fits_and_is_still_text(name: str, room: int):
    short = names.shorten(name, room)
    assert len(short.encode()) <= room
    assert short == name or len(name.encode()) > room


def test_a_shortened_name_keeps_its_suffix():
    assert names.shorten("é" * 200 + ".prompt", 255) == "é" * 124 + ".prompt"


def test_bytes_that_are_no_text_are_shown_as_such():
    assert (
        names.readable(b"caf\xe9.prompt".decode("utf-8", "surrogateescape")) == "caf\ufffd.prompt"
    )
