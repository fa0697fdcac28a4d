"""Every operation of the API has a place in the dashboard, and the dashboard calls nothing else.

What is meant to differ stands in parity.toml with its reason; a reason that no longer applies fails
the check as well, so that the table stays true.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from checks.commands import DASHBOARD, ROOT
from sempre.api import openapi_document

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
TABLE = Path(__file__).with_name("parity.toml")

# client.GET("/api/turns", ...) is how openapi-fetch is called; anything else that names a path of
# the API (an EventSource, a link) reads it.
CALL = re.compile(r"""\.(GET|POST|PUT|PATCH|DELETE)\(\s*["'`]([^"'`?]+)""")
MENTION = re.compile(r"""["'`](/(?:api|healthz|readyz|metrics)\b[^"'`?]*)""")


def read_operations(document: Mapping[str, Any]) -> set[str]:
    """Returns the API's operations, as `GET /api/turns`."""
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method.upper() in METHODS
    }


def read_calls(source: str) -> set[str]:
    """Returns the operations that a TypeScript source uses."""
    called = {f"{method} {path}" for method, path in CALL.findall(source)}
    paths = {call.partition(" ")[2] for call in called}
    return called | {f"GET {path}" for path in MENTION.findall(source) if path not in paths}


def list_sources(dashboard: Path) -> Iterable[Path]:
    """Returns the sources that call the server: no tests, nothing generated."""
    for path in sorted((dashboard / "src").rglob("*.ts*")):
        if ".test." not in path.name and ".gen." not in path.name:
            yield path


def compare(
    operations: set[str], calls: Mapping[str, str], reasons: Mapping[str, str]
) -> list[str]:
    """Returns what differs without a reason, and the reasons without a difference."""
    missing = [
        f"{operation}: no place in the dashboard; build it, or give the reason in parity.toml"
        for operation in sorted(operations - set(calls) - set(reasons))
    ]
    unknown = [
        f"{call}: the API has no such operation (called in {place})"
        for call, place in sorted(calls.items())
        if call not in operations
    ]
    stale = [
        f"{operation}: parity.toml gives a reason that no longer applies; remove it"
        for operation in sorted(reasons)
        if operation in calls or operation not in operations
    ]
    unexplained = [
        f"{name}: its reason is empty" for name, why in reasons.items() if not why.strip()
    ]
    return missing + unknown + stale + unexplained


def main() -> int:
    """Compares the server's document with the dashboard's sources."""
    calls = {
        call: str(path.relative_to(ROOT))
        for path in list_sources(DASHBOARD)
        for call in read_calls(path.read_text(encoding="utf-8"))
    }
    reasons = tomllib.loads(TABLE.read_text(encoding="utf-8"))["not_in_the_dashboard"]
    findings = compare(read_operations(openapi_document()), calls, reasons)
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
