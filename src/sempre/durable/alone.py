"""One process on SQLite: there is nobody to take over from but its own earlier starts."""

from collections.abc import Iterable

from sempre.durable._store import Ownership, Store


class Alone:
    """The home's lock sees to it that there is one process; see `cluster` for several."""

    def __init__(self, store: Store, me: str, node: str) -> None:
        self._store = store
        self._node = node
        self._me = me
        self._ownership = Ownership(None)

    def join(self) -> None:
        """Nobody is to be told."""

    def recover(self) -> list[str]:
        """Put what earlier starts left back on its queue; gives its ids."""
        with self._store.begin() as connection:
            earlier = set(self._ownership.holders(connection)) - {self._me}
            return self._ownership.hand_back(connection, sorted(earlier)) if earlier else []

    def open(self) -> None:
        """Nothing runs beside."""

    def nodes(self) -> frozenset[str]:
        return frozenset({self._node})

    def owner(self, workflow_id: str) -> str | None:
        with self._store.begin() as connection:
            return self._ownership.owner(connection, workflow_id)

    def notify(self, queues: Iterable[str]) -> None:
        """Nobody listens."""

    async def close(self) -> None:
        """Nothing runs beside."""

    def leave(self) -> None:
        """What is unfinished stays under way in the file; the next start recovers it."""
