"""Who may have a live process, and for how long. The only place that counts them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from sempre import tasks
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.starter import Starter
from sempre.contract.agents import Question, Session, Sink
from sempre.contract.gate import Tell

if TYPE_CHECKING:
    from sempre.agents.claude.running import Running

_log = structlog.stdlib.get_logger(__name__)


class Pool:
    """One process a channel. A turn holds a slot while it works; a process that waits for the next prompt holds
    none, and is stopped when another channel needs its place, longest unused first."""

    def __init__(self, starter: Starter, limits: Limits, tell: Tell | None) -> None:
        self._starter = starter
        self._limits = limits
        self._tell = tell
        self._slots = asyncio.Semaphore(limits.alive)
        self._starting = asyncio.Semaphore(limits.starting)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: dict[str, Running] = {}  # least recently used first
        self._booked: set[str] = set()
        self._leaving: set[str] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def alive(self) -> int:
        """Processes that live now."""
        return len(self._running)

    @asynccontextmanager
    async def lease(
        self,
        channel: str,
        session: Session,
        profile: Profile,
        sink: Sink,
        *,
        following: Question | None = None,
    ) -> AsyncIterator["Running"]:
        """The channel's process, started or resumed if need be; ours alone inside the block. A slot comes before
        the channel's lock, so whoever has a lock can work, and what is unlocked can be stopped.

        `following` gets a process of its own, which goes on at once with the call that the session was put off for.

        Raises StartError, MisconfiguredError.
        """
        async with self._slots, self._locks[channel]:
            running = await self._find(channel, session, profile, sink, following)
            try:
                yield running
            finally:
                running.turns += 1
                self._rest(running)

    async def release(self, channel: str) -> None:
        """Its next prompt will not come soon: a process that waits for it is ended; one at work is not."""
        await self._stop_if_idle(channel, "released")

    async def close(self) -> None:
        """End all. Nobody may be at work any more; a stop that is under way is waited for."""
        await asyncio.gather(*(self._stop(channel, "closed") for channel in list(self._locks)))

    async def _find(
        self,
        channel: str,
        session: Session,
        profile: Profile,
        sink: Sink,
        following: Question | None,
    ) -> "Running":
        self._forget_timer(channel)
        running = self._running.get(channel)
        if running is not None:
            fits = following is None and running.fits(profile, session)
            if fits and not self._is_worn(running):
                self._running[channel] = self._running.pop(channel)  # the most recently used
                return running
            await self._end(running, "replaced")
        return await self._start(channel, session, profile, sink, following)

    async def _start(
        self,
        channel: str,
        session: Session,
        profile: Profile,
        sink: Sink,
        following: Question | None,
    ) -> "Running":
        self._booked.add(channel)
        try:
            while len(self._running.keys() | self._booked) > self._limits.alive:
                await self._evict()
            async with self._starting:
                running = await self._starter.start(channel, session, profile, sink, following)
            self._running[channel] = running
        finally:
            self._booked.discard(channel)
        return running

    async def _evict(self) -> None:
        """There is one to evict: whoever works has a slot, and we have one without a process. One that leaves
        already is waited for."""
        for channel in self._running:
            if channel in self._leaving or not self._locks[channel].locked():
                return await self._stop(channel, "evicted")
        raise AssertionError("more processes at work than slots")

    def _rest(self, running: "Running") -> None:
        """After a turn: wait for the next one for a while, or go."""
        channel = running.channel
        if not running.live.usable or self._is_worn(running):
            self._retire(channel, "worn" if running.live.usable else running.ends_as)
            return
        self._timers[channel] = asyncio.get_running_loop().call_later(
            self._limits.idle_seconds, self._retire, channel, "idle"
        )

    def _is_worn(self, running: "Running") -> bool:
        return (
            running.turns >= self._limits.recycle_turns
            or running.live.memory_mb > self._limits.recycle_mb
        )

    def _retire(self, channel: str, reason: str) -> None:
        tasks.spawn(
            self._stop_if_idle(channel, reason), name=f"claude-retire-{channel}", lasting=True
        )

    async def _stop_if_idle(self, channel: str, reason: str) -> None:
        if not self._locks[channel].locked():  # else its next turn looks after it
            await self._stop(channel, reason)

    async def _stop(self, channel: str, reason: str) -> None:
        """Under the channel's lock: its next turn waits until the process has written its transcript and gone."""
        self._leaving.add(channel)
        try:
            async with self._locks[channel]:
                self._forget_timer(channel)
                if running := self._running.get(channel):
                    await self._end(running, reason)
        finally:
            self._leaving.discard(channel)

    async def _end(self, running: "Running", reason: str) -> None:
        """It counts as alive until it is gone."""
        await self._starter.stop(running)
        self._running.pop(running.channel, None)
        details = {"session_id": running.live.id, "reason": reason}
        _log.info("claude.stopped", channel=running.channel, turns=running.turns, **details)
        if self._tell is not None:
            self._tell(None, running.channel, "session.stopped", details)

    def _forget_timer(self, channel: str) -> None:
        if timer := self._timers.pop(channel, None):
            timer.cancel()
