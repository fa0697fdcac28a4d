"""The log's old age: turns that ended long ago are packed, what is older still is forgotten. Open turns keep theirs,
however many there are."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime

from sempre.crypto import Keyring
from sempre.db import Database, StoreConflictError
from sempre.events._store import packs, rows

Closed = Callable[[Collection[str]], Awaitable[frozenset[str]]]
"""Which of these turns are closed: they ended, were given out, and may be packed or forgotten."""

_PAGE = 5000
_PACKS = 500


class Archive:
    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring

    async def pack(self, before: datetime, closed: Closed) -> int:
        """Pack the events of closed turns that are older than that. Gives how many events."""
        packed = 0
        done: set[str] = set()
        async for page in self._old(before):
            turns = {turn_id for _, turn_id in page if turn_id is not None} - done
            for turn_id in sorted(await _of(turns, closed)):
                packed += await self._pack(turn_id)
            done |= turns
        return packed

    async def forget(self, before: datetime, closed: Closed) -> int:
        """Remove events older than that, but for those of turns that are not closed. Gives how many rows went."""
        gone = 0
        async for page in self._old(before):
            turns = {turn_id for _, turn_id in page if turn_id is not None}
            over = await _of(turns, closed)
            doomed = [event_id for event_id, turn_id in page if turn_id is None or turn_id in over]
            if doomed:
                async with self._db.transaction() as session:
                    gone += await rows.delete(session, doomed)
        return gone + await self._forget_packs(before, closed)

    async def _old(self, before: datetime) -> AsyncIterator[list[tuple[int, str | None]]]:
        """Pages of (event, turn); what is done with one does not move the next."""
        cursor: tuple[datetime, int] | None = None
        while True:
            async with self._db.scanning() as session:
                page = await rows.old(session, before, cursor, _PAGE)
            if page:
                cursor = page[-1][0], page[-1][1]
                yield [(event_id, turn_id) for _, event_id, turn_id in page]
            if len(page) < _PAGE:
                return
            await asyncio.sleep(0)

    async def _pack(self, turn_id: str) -> int:
        packed = 0
        while True:
            try:
                async with self._db.transaction() as session:
                    count = await packs.pack(session, self._keyring, turn_id)
            except StoreConflictError:  # another process packs this one
                return packed
            packed += count
            if count < packs.SIZE:
                return packed

    async def _forget_packs(self, before: datetime, closed: Closed) -> int:
        gone, cursor = 0, ""
        while True:
            async with self._db.scanning() as session:
                page = await packs.old(session, before, cursor, _PACKS)
            if not page:
                return gone
            cursor = page[-1][0]
            over = await _of({turn_id for _, turn_id in page}, closed)
            doomed = [pack_id for pack_id, turn_id in page if turn_id in over]
            if doomed:
                async with self._db.transaction() as session:
                    await packs.delete(session, doomed)
            gone += len(doomed)


async def _of(turn_ids: Collection[str], closed: Closed) -> frozenset[str]:
    """Asked in parts: a statement names only so many."""
    wanted = sorted(turn_ids)
    found: frozenset[str] = frozenset()
    for at in range(0, len(wanted), 500):
        found |= await closed(wanted[at : at + 500])
    return found
