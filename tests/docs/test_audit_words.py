"""docs/reference/audit.md names every word of the audit trail, and none that nothing records."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.sources import DOCS, SOURCE

PAGE = (DOCS / "reference" / "audit.md").read_text("utf-8")
WORD = re.compile(r"[a-z_]+\.[a-z_]+")
# Given by a name, not at once, so the search does not see them.
BY_NAME = {
    "action.judged",
    "approval.decided",
    "approval.unattended",
    "approval.covered",
    "dead_letters.retried",
    "dead_letters.purged",
    *(f"card.{word}" for word in ("merge", "merged", "merge_refused")),
    *(f"card.{word}" for word in ("discard", "discarded", "discard_refused")),
}


def words_recorded() -> set[str]:
    return BY_NAME | {word for path in sorted(SOURCE.rglob("*.py")) for word in _words(path)}


def _words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and re.search(
            r"audit\.(record|note)$", ast.unparse(node.func)
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
    # The trail itself says one by its own method.
    if path.match("audit/trail.py"):
        yield "audit.forgotten"


def words_documented() -> set[str]:
    cells = re.findall(r"^\| ((?:`[^`|]+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def test_every_word_is_documented_and_no_other() -> None:
    recorded = words_recorded()
    assert len(recorded) > 20, "the search still finds them"
    assert all(WORD.fullmatch(word) for word in recorded)
    assert recorded == words_documented()
