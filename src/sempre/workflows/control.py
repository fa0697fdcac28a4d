"""What a person does to everything, to a channel and to its session: suspend, pause, go on, begin anew, fork.

Each is on the audit trail before it is done.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sempre import clock, crash
from sempre.contract.agents import Session
from sempre.contract.audit import Audit
from sempre.contract.messages import TurnState
from sempre.conversations import Channels, Pause, Sleeper, Suspended, Suspension, Turns
from sempre.errors import ConflictError, InvalidError
from sempre.workflows.holds import is_free


class Control:
    """`wake` has the workflow of a turn look again, wherever it waits. `make` makes a channel that there is not yet;
    it raises NotFoundError where that can't be done."""

    def __init__(
        self,
        *,
        suspension: Suspension,
        channels: Channels,
        turns: Turns,
        audit: Audit,
        wake: Callable[[str], Awaitable[None]],
        make: Callable[[str], Awaitable[None]],
    ) -> None:
        self._suspension = suspension
        self._channels = channels
        self._turns = turns
        self._audit = audit
        self._wake = wake
        self._make = make

    async def suspend(self, *, by: str, reason: str | None = None) -> Suspended:
        """Nothing runs from now on; what runs is interrupted, counts for nothing, and goes on after `go_on`."""
        await self._audit.record("agent.suspended", by=by, details={"reason": reason})
        return await self._suspension.begin(by=by, reason=reason)

    async def go_on(self, *, by: str) -> None:
        """Everything goes on where it was."""
        await self._audit.record("agent.resumed", by=by)
        sleepers = await self._suspension.end(by=by)
        crash.point("control.lifted")
        await self._rouse(sleepers)
        await self._suspension.release()

    async def pause(
        self, channel: str, *, by: str, reason: str | None = None, until: datetime | None = None
    ) -> None:
        """What runs there may finish; nothing new starts. Raises NotFoundError, InvalidError."""
        now = clock.now()
        if until is not None and until <= now:
            raise InvalidError("A pause ends in the future. Name a later moment, or none.")
        await self._channels.get(channel)
        details = {"reason": reason, "until": until.isoformat() if until else None}
        await self._audit.record("channel.paused", by=by, channel=channel, details=details)
        await self._channels.pause(channel, Pause(since=now, by=by, reason=reason, until=until))

    async def resume(self, channel: str, *, by: str) -> None:
        """A paused, parked or stopped channel goes on at once. Raises NotFoundError."""
        await self._channels.get(channel)
        await self._audit.record("channel.resumed", by=by, channel=channel)
        sleepers = await self._channels.resume(channel)
        crash.point("control.lifted")
        for sleeper in sleepers:
            await self._turns.hurry(sleeper.turn_id)
        await self._rouse(sleepers)
        await self._channels.release(channel)

    async def remind(self) -> int:
        """Wake turns that are held by nothing any more and were not told, since a crash came in between. Gives how
        many."""
        held = [each for each in await self._turns.live() if each.state is TurnState.PARKED]
        if not held:
            return 0
        channels = {row.id: row for row in await self._channels.every()}
        suspended = await self._suspension.refresh()
        free = [each for each in held if is_free(each, channels[each.channel], suspended)]
        for each in free:
            await self._wake(each.workflow)
            await self._turns.unpark(each.id)
        return len(free)

    async def reset_session(self, channel: str, *, by: str) -> Session:
        """The next turn begins a new conversation; what runs finishes in its own. Raises NotFoundError."""
        row = await self._channels.get(channel)
        await self._audit.record(
            "session.reset", by=by, channel=channel, details={"session_id": row.session_id}
        )
        return await self._channels.new_session(channel, origin="reset", by=by)

    async def fork_session(self, channel: str, *, by: str, to: str | None = None) -> Session:
        """The next turn on `to` (the same channel without it) goes on in a copy of this channel's session; a channel
        that there is not yet is made. Raises NotFoundError, and ConflictError when nothing was said in it yet."""
        row = await self._channels.get(channel)
        if row.session_id is None or not row.session_started:
            raise ConflictError("This session has not begun, so there is nothing to copy.")
        target = to or channel
        if target not in {each.id for each in await self._channels.every()}:
            await self._make(target)
        details = {"session_id": row.session_id, "from": channel}
        await self._audit.record("session.forked", by=by, channel=target, details=details)
        return await self._channels.fork(target, row.session_id, by=by)

    async def _rouse(self, sleepers: Sequence[Sleeper]) -> None:
        for sleeper in sleepers:
            await self._wake(sleeper.workflow)
