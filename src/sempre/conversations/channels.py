"""The state and the session of channels. A parked channel goes on by itself; a stopped one waits for a person."""

from collections.abc import Sequence
from datetime import datetime

from sempre import clock
from sempre.contract.agents import Session
from sempre.conversations._store import channels, turns
from sempre.conversations.turn import ChannelRow
from sempre.db import Database
from sempre.events import Log
from sempre.ids import random_uuid


class Channels:
    def __init__(self, db: Database, log: Log) -> None:
        self._db = db
        self._log = log

    async def get(self, channel: str) -> ChannelRow:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await channels.get(session, channel)

    async def every(self) -> Sequence[ChannelRow]:
        async with self._db.reading() as session:
            return await channels.every(session)

    async def park(self, channel: str, kind: str, reason: str, until: datetime) -> None:
        """Nothing of this channel runs before `until`; then it goes on by itself."""
        async with self._db.transaction() as session:
            changed = await channels.set_state(
                session, channel, "parked", kind=kind, reason=reason, until=until
            )
        if changed:
            told = {"kind": kind, "reason": reason, "until": until.isoformat()}
            self._log.append("channel.parked", told, channel=channel)

    async def stop(self, channel: str, kind: str, reason: str) -> None:
        """Nothing of this channel runs before a person says so."""
        async with self._db.transaction() as session:
            changed = await channels.set_state(
                session, channel, "stopped", kind=kind, reason=reason
            )
        if changed:
            self._log.append("channel.stopped", {"kind": kind, "reason": reason}, channel=channel)

    async def resume(self, channel: str) -> str | None:
        """Go on. Gives the turn that waits at the head of the queue, for the caller to wake."""
        async with self._db.transaction() as session:
            await channels.get(session, channel)
            changed = await channels.set_state(session, channel, "open")
            head = await turns.next_open(session, channel)
        if changed:
            self._log.append("channel.resumed", {}, channel=channel)
        return head

    async def session(self, channel: ChannelRow) -> Session:
        """The conversation memory to go on with; a new one where there is none."""
        if channel.session_id is None:
            return await self.new_session(channel.id)
        return Session(id=channel.session_id, started=channel.session_started)

    async def new_session(self, channel: str) -> Session:
        """Forget the conversation: the next turn begins another."""
        fresh = Session(id=random_uuid(), started=False)
        await self.set_session(channel, fresh)
        return fresh

    async def set_session(self, channel: str, to: Session) -> None:
        """Go on with this session from the next turn on."""
        async with self._db.transaction() as session:
            await channels.set_session(session, channel, to.id, started=to.started, now=clock.now())
