import pytest

from sempre.parsed import fields, items


def test_an_object_gives_its_fields_and_a_list_its_items() -> None:
    assert fields({"a": 1}) == {"a": 1}
    assert list(items(["a", 1])) == ["a", 1]


@pytest.mark.parametrize("value", [None, "text", 1, ["a"]])
def test_what_is_no_object_has_no_fields(value: object) -> None:
    assert not fields(value)


@pytest.mark.parametrize("value", [None, "text", 1, {"a": 1}])
def test_what_is_no_list_has_no_items(value: object) -> None:
    assert not items(value)
