"""Reads what the source says, so that the references can be held against it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "sempre"
DOCS = Path(__file__).parents[2] / "docs"
_KIND = re.compile(
    r"(agent|alert|approval|backup|board|budget|card|channel|directives|gateway|run|session|system|turn)\.[a-z_]+"
    r"|policy\.changed|settings\.(changed|refused)"  # the other words with these are the audit trail's and files'
)
# Calls whose first word looks like an event's kind and is none: log lines, crash points, names of tasks and steps, the
# audit trail's words.
_OTHER_CALLS = re.compile(
    r"(_log|log)\.(debug|info|warning|error|exception)|crash\.point|spawn|_beside|durable\.step|audit\.(record|note)"
    r"|self\._record$"
)


def event_kinds() -> set[str]:
    """Every event kind that the product tells or reads."""
    return {kind for path in sorted(SOURCE.rglob("*.py")) for kind in _kinds(path)}


def note_codes() -> set[str]:
    """Every `code` of a `turn.note`."""
    return {code for path in sorted(SOURCE.rglob("*.py")) for code in _codes(path)}


def _kinds(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(argument)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _is_other(call)
        for argument in [*call.args, *(each.value for each in call.keywords)]
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in skipped else None
        if isinstance(text, str) and _KIND.fullmatch(text):
            yield text


def _is_other(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name.startswith("self._log.append") or name.endswith(".append"):
        return False
    return bool(_OTHER_CALLS.search(name))


def _codes(path: Path) -> Iterator[str]:
    """Of the dictionaries with a code in a file that tells notes: they are given at once or by a name."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    calls = [each for each in nodes if isinstance(each, ast.Call)]
    if any(_says(argument, "turn.note") for call in calls for argument in call.args):
        for each in nodes:
            if isinstance(each, ast.Dict):
                yield from _code_of(each)


def _code_of(details: ast.Dict) -> Iterator[str]:
    for key, value in zip(details.keys, details.values, strict=True):
        if key is not None and _says(key, "code") and isinstance(value, ast.Constant):
            yield str(value.value)


def _says(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text
