"""Writes the log in batches and hands each batch to whoever watches.

Appending never waits and never fails: what the database does not take is kept here and tried again, and said
once. Facts that must not be lost in a crash are in the tables of the features; the log tells about them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from sempre import clock
from sempre.crypto import Keyring
from sempre.db import Database, StoreConflictError
from sempre.db.notices import notify
from sempre.errors import UnavailableError
from sempre.events._store import merged, rows
from sempre.events.event import Draft, Event, draft
from sempre.tasks import spawn
from sempre.telemetry import metrics

TOPIC = "sempre_events"
_log = structlog.stdlib.get_logger(__name__)
_BATCH = 500
_KEPT = 200_000  # drafts held while the database is away; more are dropped, and said so
_TURNS_REMEMBERED = 4096


class Watcher(Protocol):
    def publish(self, events: Sequence[Event]) -> None: ...


class Log:
    """The log of one process. Start with `open`; `close` writes what is left."""

    def __init__(self, db: Database, keyring: Keyring, *, flush_ms: int = 20) -> None:
        self._db = db
        self._keyring = keyring
        self._pause = flush_ms / 1000
        self._drafts: list[Draft] = []
        self._due = asyncio.Event()
        self._flushed = asyncio.Event()
        self._flushed.set()
        self._seqs: OrderedDict[str, int] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self._watchers: list[Watcher] = []
        self._dropped = 0

    def open(self) -> None:
        self._task = spawn(self._write_for_ever(), name="events.log")

    async def close(self) -> None:
        """Write what is left; give up after 10 s when the database takes nothing."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(10):
                await self.flushed()
        except TimeoutError:
            _log.error("events.lost_at_stop", count=len(self._drafts))
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def watch(self, watcher: Watcher) -> None:
        """Hand every batch to `watcher` once it is committed."""
        self._watchers.append(watcher)

    def append(
        self,
        kind: str,
        details: Mapping[str, object] | None = None,
        *,
        channel: str | None = None,
        turn_id: str | None = None,
    ) -> None:
        """Note a fact. Never blocks. Facts of one turn keep their order."""
        if len(self._drafts) >= _KEPT:
            self._dropped += 1
            return
        self._drafts.append(draft(kind, details or {}, channel, turn_id))
        self._flushed.clear()
        self._due.set()

    async def flushed(self) -> None:
        """Wait until all that was appended before is committed."""
        await self._flushed.wait()

    async def last_id(self) -> int:
        async with self._db.reading() as session:
            return await rows.last_id(session)

    async def after(
        self,
        cursor: int,
        *,
        limit: int = 1000,
        channel: str | None = None,
        turn_id: str | None = None,
    ) -> list[Event]:
        """Events with a larger id, oldest first; fewer than `limit` only at the end."""
        async with self._db.reading() as session:
            return await merged.after(
                session, self._keyring, cursor, limit=limit, channel=channel, turn_id=turn_id
            )

    async def of_turn(self, turn_id: str, *, after: int = 0, limit: int = 1000) -> list[Event]:
        """A page of one turn's events, by their place in the turn."""
        async with self._db.reading() as session:
            return await merged.of_turn(session, self._keyring, turn_id, after=after, limit=limit)

    async def last_seq(self, turn_id: str) -> int:
        """The place of a turn's newest event in the turn; 0: it has none."""
        async with self._db.reading() as session:
            return await merged.last_seq(session, turn_id)

    async def _write_for_ever(self) -> None:
        complained = False
        while True:
            await self._due.wait()
            await asyncio.sleep(self._pause)  # what comes in the meantime goes in the same batch
            self._due.clear()
            try:
                while self._drafts:
                    await self._write_some()
                self._flushed.set()
                complained = False
            except UnavailableError as error:
                if not complained:
                    _log.error(
                        "events.not_written", waiting=len(self._drafts), reason=error.message
                    )
                complained = True
                self._due.set()
                await asyncio.sleep(1)

    async def _write_some(self) -> None:
        """Write the next batch. What the database can never take must not hold up the rest for ever."""
        try:
            await self._write(self._drafts[:_BATCH])
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001  (the edge: this is the log's only writer)
            _log.exception(
                "events.refused", kinds=sorted({each.kind for each in self._drafts[:_BATCH]})
            )
            await self._write_one_by_one(len(self._drafts[:_BATCH]))

    async def _write_one_by_one(self, count: int) -> None:
        for _ in range(count):
            try:
                await self._write(self._drafts[:1])
            except UnavailableError:
                raise
            except Exception:  # noqa: BLE001  (as above)
                _log.exception("events.dropped", kind=self._drafts[0].kind)
                del self._drafts[:1]

    async def _write(self, batch: Sequence[Draft]) -> None:
        begun = clock.ticks()
        try:
            events = await self._commit(batch)
        except StoreConflictError:
            # Another process wrote to one of these turns; our idea of their last place is old.
            self._seqs.clear()
            events = await self._commit(batch)
        del self._drafts[: len(batch)]
        metrics.EVENTS_WRITTEN.inc(len(events))
        metrics.EVENT_FLUSH.observe(clock.ticks() - begun)
        for watcher in self._watchers:
            watcher.publish(events)
        if self._dropped:
            _log.error("events.dropped", count=self._dropped)
            self._dropped = 0

    async def _commit(self, batch: Sequence[Draft]) -> list[Event]:
        async with self._db.transaction() as session:
            first = await rows.reserve(session, len(batch))
            seqs: dict[str, int] = {}
            for turn_id in {draft.turn_id for draft in batch if draft.turn_id is not None}:
                known = self._seqs.get(turn_id)
                seqs[turn_id] = await merged.last_seq(session, turn_id) if known is None else known
            events = rows.numbered(batch, first, seqs)
            await rows.insert(session, events, self._keyring)
            await notify(session, TOPIC)
        self._remember(seqs)
        return events

    def _remember(self, seqs: Mapping[str, int]) -> None:
        for turn_id, seq in seqs.items():
            self._seqs[turn_id] = seq
            self._seqs.move_to_end(turn_id)
        while len(self._seqs) > _TURNS_REMEMBERED:
            self._seqs.popitem(last=False)
