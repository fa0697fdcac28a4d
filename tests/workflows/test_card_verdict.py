import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre.workflows.card_verdict import read


def block(text: str) -> str:
    return f"I looked.\n\n```json\n{text}\n```\n"


def test_an_approval_is_read() -> None:
    verdict = read(block('{"verdict": "approve", "summary": "Fine."}'))
    assert verdict is not None
    assert (verdict.verdict, verdict.summary, verdict.comments) == ("approve", "Fine.", ())


def test_changes_come_with_their_lines() -> None:
    said = '{"verdict": "changes", "comments": [{"file": "a.py", "line": 3, "text": "No."}, {"file": "b.py", "line": null, "text": "Why?"}]}'
    verdict = read(block(said))
    assert verdict is not None
    assert [(each.file, each.line, each.text) for each in verdict.comments] == [
        ("a.py", 3, "No."),
        ("b.py", None, "Why?"),
    ]


def test_the_last_block_counts_and_only_that() -> None:
    approve, changes = '{"verdict": "approve"}', '{"verdict": "changes", "summary": "No."}'
    verdict = read(block(approve) + block(changes))
    assert verdict is not None
    assert verdict.verdict == "changes"
    assert read(block(approve) + block("{}")) is None


def test_code_that_is_quoted_before_it_is_no_part_of_it() -> None:
    said = "```python\nx = 1\n```\nThis:\n```diff title=a\n-x\n```\n" + block(
        '{"verdict": "approve"}'
    )
    for answer in (said, said.replace("\n", "\r\n"), f"```python\nnever closed\n{said}"):
        verdict = read(answer)
        assert verdict is not None
        assert verdict.verdict == "approve"
    assert read(block('{"verdict": "approve"}') + "```python\nx = 1\n```\n") is not None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "LGTM",
        '{"verdict": "approve"}',
        block("approve"),
        block('{"verdict": "maybe"}'),
        block('{"verdict": "approve"'),
        block('["approve"]'),
        block('{"verdict": "changes"}'),
        block('{"verdict": "changes", "comments": [{"file": "a.py", "line": 1, "text": " "}]}'),
        '```json\n{"verdict": "approve"}',
    ],
)
def test_anything_else_is_no_verdict(answer: str) -> None:
    assert read(answer) is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_said_reading_it_never_fails(text: str) -> None:
    read(text)
    read(block(text))
