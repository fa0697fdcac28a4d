"""How all conversations stand, in figures: for alerts and metrics, and for what may be forgotten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sempre.contract.agents import Ending
from sempre.contract.messages import TurnState
from sempre.conversations._store import standing
from sempre.db import Database


class Standing:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def in_state(self, state: TurnState) -> standing.Waiting:
        """By channel: how many turns are in that state, and since when the first came in."""
        async with self._db.reading() as session:
            return await standing.in_state(session, state)

    async def waits(self) -> Mapping[tuple[TurnState, str | None], int]:
        """How many turns wait, by state and the kind of what they wait for."""
        async with self._db.reading() as session:
            return await standing.waits(session)

    async def endings(self, since: datetime) -> Mapping[str, int]:
        """How attempts that began since then ended, by ending."""
        async with self._db.reading() as session:
            return await standing.endings(session, since)

    async def refusing(self) -> Sequence[str]:
        """Channels that stopped because the provider takes no credential of ours."""
        async with self._db.reading() as session:
            return await standing.stopped(session, Ending.AUTHENTICATION.value)

    async def closed(self, turn_ids: Collection[str], before: datetime) -> frozenset[str]:
        """Of these turns those that were given out before then, and those that are there no more."""
        wanted = list(turn_ids)
        async with self._db.reading() as session:
            ended = await standing.ended_ids(session, wanted, before)
            there = await standing.existing_ids(session, wanted)
        return frozenset(ended) | (frozenset(wanted) - frozenset(there))
