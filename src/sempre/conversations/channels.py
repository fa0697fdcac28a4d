"""The state and the session of channels. A parked channel goes on by itself; a stopped one waits for a person."""

from collections.abc import Sequence
from datetime import datetime

from sempre import clock
from sempre.contract.agents import Session
from sempre.contract.messages import TurnState
from sempre.conversations._store import channels, sessions, turns
from sempre.conversations.hold import Pause, Sleeper
from sempre.conversations.past_session import Origin, PastSession
from sempre.conversations.turn import ChannelRow
from sempre.db import Database
from sempre.events import Log
from sempre.ids import random_uuid

PAUSED = "paused"


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

    async def open(self, channel: str) -> None:
        """Make a channel known that any machine may answer; one that is known stays as it is."""
        async with self._db.reading() as session:
            if await channels.is_known(session, channel):
                return
        async with self._db.transaction() as session:
            fresh = await channels.insert(
                session, channel, node=None, first_number=1, now=clock.now()
            )
        if fresh:
            self._log.append("channel.opened", {"first_number": 1}, channel=channel)

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

    async def pause(self, channel: str, pause: Pause) -> None:
        """Nothing new of this channel starts; what runs may finish. Raises NotFoundError."""
        async with self._db.transaction() as session:
            await channels.get(session, channel)
            await channels.set_pause(session, channel, pause)
        until = pause.until.isoformat() if pause.until else None
        told = {"by": pause.by, "reason": pause.reason, "until": until}
        self._log.append("channel.paused", told, channel=channel)

    async def unpause(self, channel: str, over: Pause) -> bool:
        """This pause has run out. False when it is another by now, which stays, or none."""
        async with self._db.transaction() as session:
            changed = await channels.end_pause(session, channel, over.since)
        if changed:
            self._log.append("channel.resumed", {}, channel=channel)
        return changed

    async def reopen(self, channel: str) -> None:
        """What it was parked for is over; a person's pause stays."""
        async with self._db.transaction() as session:
            changed = await channels.set_state(session, channel, "open")
        if changed:
            self._log.append("channel.resumed", {}, channel=channel)

    async def resume(self, channel: str) -> Sequence[Sleeper]:
        """Go on, whatever held it. Gives the turns that may wait for that, for the caller to wake, and then to
        `release`: a turn that still shows this reason was not woken."""
        async with self._db.transaction() as session:
            before = await channels.get(session, channel)
            changed = await channels.set_state(session, channel, "open")
            await channels.set_pause(session, channel, None)
            sleepers = await turns.sleepers(session, channel)
        if changed or before.pause is not None:
            self._log.append("channel.resumed", {}, channel=channel)
        return sleepers

    async def release(self, channel: str) -> None:
        """All that were parked because it was paused have been woken."""
        async with self._db.transaction() as session:
            await turns.release(session, PAUSED, TurnState.QUEUED, channel=channel)

    async def session(self, channel: ChannelRow) -> Session:
        """The conversation memory to go on with; a new one where there is none."""
        if channel.session_id is None:
            return await self.new_session(channel.id, origin="new")
        return Session(
            id=channel.session_id, started=channel.session_started, parent=channel.session_parent
        )

    async def new_session(
        self, channel: str, *, origin: Origin = "reset", by: str | None = None
    ) -> Session:
        """Forget the conversation: the next turn begins another."""
        fresh = Session(id=random_uuid(), started=False)
        await self.set_session(channel, fresh, origin=origin, by=by)
        if origin == "reset":
            self._log.append("session.reset", {"session_id": fresh.id, "by": by}, channel=channel)
        return fresh

    async def fork(self, channel: str, parent: str, *, by: str) -> Session:
        """The next turn goes on in a copy of that session, which itself stays as it is."""
        fresh = Session(id=random_uuid(), started=False, parent=parent)
        await self.set_session(channel, fresh, origin="fork", by=by)
        told = {"session_id": fresh.id, "parent": parent, "by": by}
        self._log.append("session.chosen", told, channel=channel)
        return fresh

    async def set_session(
        self, channel: str, to: Session, *, origin: Origin = "adopted", by: str | None = None
    ) -> None:
        """Go on with this session from the next turn on."""
        async with self._db.transaction() as session:
            await sessions.put(session, channel, to, origin=origin, by=by, now=clock.now())

    async def holder(self, session_id: str, *, besides: str) -> str | None:
        """Another channel that goes on with this session, of which each has one writer."""
        async with self._db.reading() as session:
            return await channels.holder(session, session_id, besides=besides)

    async def sessions(self, channel: str) -> Sequence[PastSession]:
        """Those that it had, newest first. Raises NotFoundError."""
        async with self._db.reading() as session:
            row = await channels.get(session, channel)
            return await sessions.of_channel(session, row)
