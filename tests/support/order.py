"""The longest files begin first, so that no worker is left with one of them when the others have ended."""

from collections import defaultdict

import pytest

# What a test with the mark is expected to take, in seconds; it need not be near the truth.
_EXPECTED = {"slow": 5.0, "claude": 1.5, "postgres": 0.5}
_ELSE = 0.05


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In xdist's workers only; alone, tests run in the order in which they stand."""
    if not hasattr(config, "workerinput"):
        return
    expected: defaultdict[str, float] = defaultdict(float)
    for item in items:
        expected[_file(item)] += max(
            (seconds for mark, seconds in _EXPECTED.items() if item.get_closest_marker(mark)),
            default=_ELSE,
        )
    items.sort(key=lambda item: (-expected[_file(item)], _file(item)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
