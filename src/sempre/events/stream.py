"""Live events: what is committed goes to every connection that watches, replayed from a cursor without gap.

A connection that falls behind is not buffered without end: its buffer is dropped and it reads the missing part
from the log again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from sempre.events.event import Event
from sempre.events.log import Log

_BUFFER = 5000
_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a connection wants to see; nothing set: all."""

    channel: str | None = None
    turn_id: str | None = None

    def wants(self, event: Event) -> bool:
        return (self.channel is None or event.channel == self.channel) and (
            self.turn_id is None or event.turn_id == self.turn_id
        )


class Stream:
    """All watching connections of this process. Give it to `Log.watch`, or on Postgres to `Relay.watch`."""

    def __init__(self, log: Log, *, coalesce_ms: int = 50) -> None:
        self._log = log
        self._pause = coalesce_ms / 1000
        self._connections: set[_Connection] = set()
        self._closing = asyncio.Event()

    @property
    def watchers(self) -> int:
        return len(self._connections)

    def publish(self, events: Sequence[Event]) -> None:
        for connection in self._connections:
            connection.offer(events)

    def close(self) -> None:
        """End every connection, so that the server can stop."""
        self._closing.set()
        for connection in self._connections:
            connection.wake.set()

    async def frames(
        self, cursor: int, wanted: Filter, *, heartbeat: float = 15
    ) -> AsyncGenerator[tuple[int, list[bytes]], None]:
        """Batches of (id of the last event seen, encoded events), from after `cursor` on, for ever.

        An empty batch is a sign of life after `heartbeat` seconds of nothing.
        """
        connection = _Connection(wanted, cursor)
        self._connections.add(connection)
        try:
            connection.behind = True
            while not self._closing.is_set():
                if connection.behind:
                    async for batch in self._catch_up(connection):
                        yield batch
                try:
                    async with asyncio.timeout(heartbeat):
                        await connection.wake.wait()
                except TimeoutError:
                    yield connection.cursor, []
                    continue
                await asyncio.sleep(self._pause)
                if taken := connection.take():
                    yield connection.cursor, taken
        finally:
            self._connections.discard(connection)

    async def _catch_up(
        self, connection: "_Connection"
    ) -> AsyncGenerator[tuple[int, list[bytes]], None]:
        """Read the log until nothing newer than the cursor stands there; live events wait in the buffer."""
        connection.behind = False
        wanted = connection.wanted
        while True:
            page = await self._log.after(
                connection.cursor, limit=_PAGE, channel=wanted.channel, turn_id=wanted.turn_id
            )
            if page:
                connection.cursor = page[-1].id
                yield connection.cursor, [event.encoded for event in page]
            if len(page) < _PAGE:
                return


class _Connection:
    def __init__(self, wanted: Filter, cursor: int) -> None:
        self.wanted = wanted
        self.cursor = cursor
        self.wake = asyncio.Event()
        self.behind = False
        self._buffer: deque[Event] = deque()

    def offer(self, events: Sequence[Event]) -> None:
        if self.behind:
            return
        wanted = [event for event in events if self.wanted.wants(event)]
        if len(self._buffer) + len(wanted) > _BUFFER:
            self._buffer.clear()
            self.behind = True
            self.wake.set()
            return
        self._buffer.extend(wanted)
        if wanted:
            self.wake.set()

    def take(self) -> list[bytes]:
        """What came since the cursor; what the replay had already is passed over."""
        self.wake.clear()
        fresh = [event for event in self._buffer if event.id > self.cursor]
        self._buffer.clear()
        if fresh:
            self.cursor = fresh[-1].id
        return [event.encoded for event in fresh]
