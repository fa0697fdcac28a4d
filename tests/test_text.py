import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sempre.text import mended, plain

ANY = st.text(alphabet=st.characters())  # surrogates included
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY,
    lambda inner: st.lists(inner) | st.dictionaries(ANY, inner),
    max_leaves=20,
)


@given(ANY)
def test_mended_text_can_always_be_written(text: str) -> None:
    mended(text).encode()
    assert mended(mended(text)) == mended(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_whole_text_stays_as_it_is(text: str) -> None:
    assert mended(text) == text


def test_two_halves_are_joined_and_a_single_one_is_replaced() -> None:
    assert mended("a\ud83d\ude00b") == "a😀b"
    assert mended("cut \ud83d") == "cut \ufffd"


@given(TREES)
def test_any_json_value_can_be_encoded_afterwards(tree: object) -> None:
    msgspec.json.encode(plain(tree))


@given(st.dictionaries(st.text(alphabet="abc"), st.lists(st.integers() | st.booleans())))
def test_whole_values_stay_as_they_are(value: dict[str, list[int]]) -> None:
    assert plain(value) == json.loads(json.dumps(value))


def test_what_is_no_json_becomes_its_repr() -> None:
    assert plain({"a": {1}, 2: b"x", "c": (object,)}) == {
        "a": [1],
        "2": "b'x'",
        "c": ["<class 'object'>"],
    }
