"""What keeps a turn from starting: everything is suspended, a person paused its channel, or the channel is parked or
stopped. A held turn shows why, and waits to be woken."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import TypeVar

from sempre import clock
from sempre.contract.agents import Ending
from sempre.conversations import Attempts, ChannelRow, Channels, Suspended, Suspension, Turn
from sempre.tasks import spawn, stop

T = TypeVar("T")
_OF_CHANNELS = frozenset({Ending.QUOTA, Ending.AUTHENTICATION, Ending.MISCONFIGURED})
LONGEST = 24 * 3600.0  # seconds; then the turn looks again, whether somebody woke it or not


class Holds:
    def __init__(self, *, attempts: Attempts, channels: Channels, suspension: Suspension) -> None:
        self._attempts = attempts
        self._channels = channels
        self._suspension = suspension

    async def of(self, turn: Turn, channel: ChannelRow) -> float | None:
        """How many seconds the turn is held back, if it is."""
        if suspended := await self._suspension.now():
            return await self._park(turn, "suspended", suspended.words, None)
        if channel.pause is not None:
            if channel.pause.holds(clock.now()):
                until = channel.pause.until
                return await self._park(turn, "paused", channel.pause.words, until)
            if not await self._channels.unpause(channel.id, channel.pause):
                return await self.of(turn, await self._channels.get(channel.id))
        if channel.state == "open":
            return None
        if channel.state == "parked" and channel.state_until and channel.state_until <= clock.now():
            await self._channels.reopen(channel.id)
            return None
        kind = channel.state_kind or channel.state
        return await self._park(turn, kind, channel.state_reason or "", channel.state_until)

    async def _park(self, turn: Turn, kind: str, reason: str, until: datetime | None) -> float:
        await self._attempts.park(turn.id, kind, reason, until)
        return LONGEST if until is None else seconds_until(until)


def is_free(turn: Turn, channel: ChannelRow, suspended: Suspended | None) -> bool:
    """Whether a parked turn says of itself that it is held by what holds no longer."""
    match turn.failure.kind if turn.failure else None:
        case "suspended":
            return suspended is None
        case "paused":
            return channel.pause is None
        case kind:
            return kind in _OF_CHANNELS and channel.state == "open"


def seconds_until(moment: datetime) -> float:
    return min(max((moment - clock.now()).total_seconds(), 0.0), LONGEST)


async def unless_suspended(suspension: Suspension, work: Coroutine[object, object, T]) -> T | None:
    """What the work gives; None when everything was suspended meanwhile, and the work cancelled. Cancelling this
    cancels the work."""
    working = spawn(work, name="turn.answer")
    begun = spawn(suspension.until_begun(), name="turn.suspension")
    try:
        await asyncio.wait({working, begun}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(begun)
        if not working.done():
            await stop(working)
    return None if working.cancelled() else working.result()
