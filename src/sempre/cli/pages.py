"""Lists that the API gives page by page, read until there are enough."""

from collections.abc import Sequence

from msgspec import Raw, Struct

from sempre.cli.client import Query, Server
from sempre.cli.records import read

_PAGE = 200


class _Page(Struct):
    items: list[Raw]
    next: str | None


def items_of(server: Server, path: str, query: Query, limit: int | None) -> Sequence[Raw]:
    """The first `limit` items (None: all), each as the server sent it."""
    found: list[Raw] = []
    cursor: str | None = None
    while limit is None or len(found) < limit:
        size = _PAGE if limit is None else min(_PAGE, limit - len(found))
        answer = server.get(path, {**query, "before": cursor, "limit": size})
        page = read(answer, _Page)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found
