"""docs/reference/events.md names every kind of event, and none that nothing tells."""

import re

from tests.docs.sources import DOCS, event_kinds, note_codes

PAGE = (DOCS / "reference" / "events.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*)$", PAGE, re.MULTILINE))


def test_every_kind_that_the_product_tells_is_documented_and_no_other() -> None:
    kinds = event_kinds()
    assert len(kinds) > 20, "the search still finds them"
    assert kinds == {name for name in ROWS if "." in name}


def test_every_code_of_a_note_is_documented_and_no_other() -> None:
    codes = note_codes()
    assert codes == {name for name in ROWS if "." not in name}
    assert len(codes) > 2


def test_every_row_says_when_it_happens() -> None:
    for name, rest in ROWS.items():
        assert rest.rstrip("| ").split("|")[-1].strip().endswith((".", ").")), name
