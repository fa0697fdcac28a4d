"""Reads the ledger: what was spent, by turn, session, channel and day."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from sempre import clock
from sempre.budgets._store import sums
from sempre.budgets.totals import Totals
from sempre.contract.messages import Usage
from sempre.db import Database

_PATIENCE_SECONDS = 2.0


class Spending:
    """A turn's cost is None when one of its calls is unknown. Sums over many turns are what is known; `unpriced`
    says how many calls they may leave out."""

    def __init__(self, db: Database, zone: tzinfo) -> None:
        self._db = db
        self._zone = zone

    async def turn_usage(self, turn_id: str) -> Usage:
        """All calls of all attempts at this turn; call it when the turn has ended."""
        await self._settled([turn_id])
        async with self._db.reading() as session:
            return (await sums.total_of_turn(session, turn_id)).usage

    async def of_turns(self, turn_ids: Sequence[str]) -> Mapping[str, Usage]:
        """By turn, over all its attempts; a turn without calls is left out."""
        await self._settled(turn_ids)
        async with self._db.reading() as session:
            totals = await sums.total_by_turn(session, turn_ids)
        return {turn_id: each.usage for turn_id, each in totals.items()}

    async def of_sessions(self, session_ids: Sequence[str]) -> Mapping[str, Usage]:
        """By session; one without calls is left out."""
        async with self._db.scanning() as session:
            totals = await sums.total_by_session(session, session_ids)
        return {session_id: each.known for session_id, each in totals.items()}

    async def by_channel(self, since: datetime) -> Mapping[str, Usage]:
        """By channel, of calls that began at or after `since`."""
        async with self._db.scanning() as session:
            totals = await sums.total_by_channel(session, since)
        return {channel: each.known for channel, each in totals.items()}

    async def unpriced(self, since: datetime) -> int:
        """How many calls since then have no known cost."""
        async with self._db.scanning() as session:
            return (await sums.total(session, since=since)).unknown_calls

    async def of_channel(self, channel: str, day: date | None = None) -> Totals:
        """Of one day in the operator's time zone, or of all time."""
        since, before = self._bounds(day) if day else (None, None)
        async with self._db.scanning() as session:
            return await sums.total(session, channel=channel, since=since, before=before)

    async def of_day(self, day: date) -> Totals:
        """Of one day in the operator's time zone."""
        since, before = self._bounds(day)
        async with self._db.scanning() as session:
            return await sums.total(session, since=since, before=before)

    async def today(self) -> Totals:
        return await self.of_day(clock.now().astimezone(self._zone).date())

    async def count(self) -> Totals:
        """All there is, to hold against the provider's own count."""
        async with self._db.reading() as session:
            return await sums.total(session)

    async def _settled(self, turn_ids: Collection[str]) -> None:
        """An answer may be known a moment before its last call is settled."""
        if waits := self._unsettled(turn_ids):
            await asyncio.wait(waits, timeout=_PATIENCE_SECONDS)

    def _unsettled(self, turn_ids: Collection[str]) -> list[asyncio.Task[None]]:
        """Settlements of these turns' calls that are on their way."""
        return []

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        return (
            datetime.combine(day, time(), self._zone),
            datetime.combine(day + timedelta(days=1), time(), self._zone),
        )
