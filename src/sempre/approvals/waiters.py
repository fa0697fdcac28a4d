"""Hooks of this process that wait for a decision: woken at once, here or by a notice from another process."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Waiters:
    def __init__(self) -> None:
        self._events: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def wake(self, approval_id: str) -> None:
        """Whoever waits for this one looks again; with "" everybody does."""
        ids = [approval_id] if approval_id else list(self._events)
        for each in ids:
            for event in self._events.get(each, ()):
                event.set()

    @contextmanager
    def listening(self, approval_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when it is decided. Listen first, then look at the row: else one may be missed."""
        event = asyncio.Event()
        self._events[approval_id].add(event)
        try:
            yield event
        finally:
            self._events[approval_id].discard(event)
            if not self._events[approval_id]:
                del self._events[approval_id]
