"""Where approvals are read and decided: at the running Sempre, or where none runs in the home's own store."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from msgspec import Raw

from sempre.cli.client import NotRunningError, Query, Server
from sempre.cli.pages import items_of
from sempre.home import Home

T = TypeVar("T")
_PATH = "/api/approvals"


class Desk(Protocol):
    """Answers are JSON, as the API gives them. `then` is said after a decision."""

    then: str

    def every(self, query: Query, limit: int | None) -> Sequence[Raw]: ...
    def get(self, approval_id: str) -> bytes: ...
    def decide(self, approval_id: str, decision: Mapping[str, object]) -> bytes: ...


class OpenDesk:
    """The running Sempre's."""

    then = ""

    def __init__(self, home: Home) -> None:
        self._server = Server.find(home)

    def every(self, query: Query, limit: int | None) -> Sequence[Raw]:
        return items_of(self._server, _PATH, query, limit)

    def get(self, approval_id: str) -> bytes:
        return self._server.get(_at(approval_id))

    def decide(self, approval_id: str, decision: Mapping[str, object]) -> bytes:
        return self._server.post(f"{_at(approval_id)}/decision", decision)


def at_desk(given: Path | None, ask: Callable[[Desk], T]) -> T:
    """The store is asked only where nobody was reached: what somebody took may have been done."""
    home = Home.find(given)
    try:
        return ask(OpenDesk(home))
    except NotRunningError:
        from sempre.cli.closed_desk import ClosedDesk, has_store  # slow to import

        if not has_store(home):
            raise
        return ask(ClosedDesk(home))


def _at(approval_id: str) -> str:
    return f"{_PATH}/{quote(approval_id, safe='')}"
