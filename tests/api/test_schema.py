from collections import deque

import pytest
from pydantic import ValidationError

from sempre.api.schema import Rows, View


class Shelf(View):
    books: Rows[str]


def test_rows_are_given_as_any_sequence_and_come_out_as_a_list() -> None:
    for given in (["a", "b"], ("a", "b"), deque(["a", "b"])):
        shelf = Shelf(books=given)
        assert shelf.books == ["a", "b"]
        assert shelf.model_dump_json() == '{"books":["a","b"]}'


def test_rows_are_checked_one_by_one() -> None:
    for given in ("ab", [1], None):
        with pytest.raises(ValidationError):
            Shelf.model_validate({"books": given})


def test_the_schema_of_rows_is_that_of_an_array() -> None:
    assert Shelf.model_json_schema()["properties"]["books"] == {
        "items": {"type": "string"},
        "title": "Books",
        "type": "array",
    }
