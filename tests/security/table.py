"""What a hostile input of the suite is, and the table of them that stands in the docs."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from tests.security.scene import Scene

_HEAD = """# Hostile inputs

What is tried against Sempre on each run of the tests (`tests/security`), and what must happen. `make test` runs every
line of this table under its id, and fails when the table and the suite are not the same.

**refused**: it is not done, whatever rules say, also where nobody is asked. **not allowed**: it waits for a person, or
is refused. Every case against the API also looks whether anything changed: nothing may.

| id | surface | what is tried | what must happen |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Case:
    id: str
    surface: str
    tries: str
    must: str
    run: Callable[[Scene], Coroutine[Any, Any, None]]


def write(cases: Iterable[Case]) -> str:
    """The page of the docs."""
    lines = [f"| {each.id} | {each.surface} | {each.tries} | {each.must} |" for each in cases]
    return _HEAD + "\n".join(lines) + "\n"
