"""One prompt on a live session, from handing it over to its own result, with the patience we have for it.

Its verdict on results is `reply`'s; it ends processes only through the wire it was given.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from claude_agent_sdk import ClaudeSDKError, Message, RateLimitEvent, ResultMessage

from sempre import clock, tasks
from sempre.agents.claude import reply
from sempre.agents.claude.booking import Booking
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.reply import Reply, failed
from sempre.agents.claude.stream import Narrator
from sempre.agents.claude.totals import Count, Totals, read_count
from sempre.contract.agents import Ending
from sempre.contract.gate import Meter

_RESULT_SECONDS = 2.0
_MOST_OFTEN, _LEAST_OFTEN = 0.05, 1.0


class Wire(Protocol):
    """The live session, as much of it as an exchange may use."""

    async def ask(self, exchange: "Exchange", text: str) -> None: ...
    def follow(self, exchange: "Exchange") -> None: ...
    def release(self) -> None: ...
    async def interrupt(self) -> None: ...
    async def probe(self) -> bool: ...
    async def kill(self) -> None: ...


class Exchange:
    """`message_id` must be new to the session: one that it knows is skipped without a word."""

    def __init__(
        self,
        wire: Wire,
        message_id: str,
        *,
        narrator: Narrator,
        caller: Pass,
        profile: Profile,
        limits: Limits,
        totals: Totals,
        meter: Meter | None,
    ) -> None:
        self.message_id = message_id
        self._wire = wire
        self._narrator = narrator
        self._caller = caller
        self._profile = profile
        self._limits = limits
        self._totals = totals
        self._reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._verdict: Reply | None = None
        self._began = self._heard = self._probed = clock.ticks()
        self._queued = self._started = self._follows = False
        self._until: datetime | None = None
        self._share = Count()
        caller.said, caller.told = lambda: narrator.words, narrator.told
        self._booking = Booking(meter, caller, self._refuse) if meter else None

    async def run(self, text: str) -> Reply:
        """Ask, and wait for what comes of it. When cancelled, the prompt stays with the session, which must end."""
        return await self._run(self._hand_over(text))

    async def follow(self, call_id: str) -> Reply:
        """Ask nothing: the session goes on by itself with this call."""
        self._follows = True
        self._narrator.expect(call_id)
        return await self._run(self._take_up())

    async def _run(self, start: Coroutine[object, object, None]) -> Reply:
        watch = tasks.spawn(self._watch(), name=f"claude-watch-{self.message_id}")
        try:
            await start
            return await asyncio.shield(self._reply)
        finally:
            watch.cancel()
            self._narrator.close()
            if self._booking is not None:
                await self._booking.close(self._share.tokens)
            if self._reply.done():
                self._wire.release()

    @property
    def taken(self) -> bool:
        """Claude Code has said that it has the prompt: from then on it may have acted on it."""
        return self._queued

    async def cancel(self) -> None:
        """A person said stop; that counts before any limit of ours."""
        self._verdict = failed(Ending.CANCELLED, "cancelled", "A person stopped it.")
        await self.break_off(self._verdict)

    async def break_off(self, verdict: Reply) -> None:
        """End it as `verdict` says, within the time a person is ready to wait."""
        self._verdict = self._verdict or verdict
        with contextlib.suppress(TimeoutError, ClaudeSDKError):
            async with asyncio.timeout(self._limits.interrupt_seconds):
                await self._wire.interrupt()
                await asyncio.wait({self._reply})
        if not self._reply.done():
            await self._wire.kill()
            self.broken("Claude Code did not stop when told to.")

    def note(self, message_id: str, state: str) -> None:
        """How Claude Code gets on with a message: queued, started, then completed or cancelled."""
        if self._follows:
            self._heard = clock.ticks()
        if message_id != self.message_id:
            return
        self._heard = clock.ticks()
        if state == "queued":
            self._queued = True
        elif state == "started":
            self._queued = self._started = True
        elif not self._queued:
            self._settle(failed(Ending.ERROR, "skipped", "Claude Code had this message already."))
        else:  # its result comes just before or after
            asyncio.get_running_loop().call_later(_RESULT_SECONDS, self._miss)

    def take(self, message: Message) -> None:
        """Everything that the process says while this prompt is its own."""
        self._heard = clock.ticks()
        if self._follows:
            self._queued = self._started = True
        match message:
            case ResultMessage():
                if self._is_mine(message):
                    self._conclude(message)
            case RateLimitEvent():
                info = message.rate_limit_info
                if info.status == "rejected" and info.resets_at:
                    self._until = datetime.fromtimestamp(info.resets_at, UTC)
            case _ if self._started:
                self._narrator.tell(message)
                if self._booking is not None:
                    self._booking.see(message)
            case _:
                pass  # a background task's own turn, that ours waits for

    def broken(self, reason: str) -> None:
        """The process is gone."""
        self._settle(
            self._verdict
            or failed(
                Ending.ERROR, "died", f"Claude Code ended in the middle of the turn: {reason}"
            )
        )

    async def _hand_over(self, text: str) -> None:
        try:
            await self._wire.ask(self, text)
        except ClaudeSDKError as error:
            self.broken(str(error))

    async def _take_up(self) -> None:
        self._wire.follow(self)

    def _is_mine(self, result: ResultMessage) -> bool:
        """The end of a background task has a result of its own; and a prompt may be answered inside its turn."""
        answered = result.user_message_uuids or [result.user_message_uuid]
        if self.message_id in answered:
            return True
        nameless = not result.user_message_uuids and result.user_message_uuid is None
        return (
            nameless and self._started and (result.origin or {}).get("kind") != "task-notification"
        )

    def _conclude(self, result: ResultMessage) -> None:
        self._share = self._totals.share(read_count(result.total_cost_usd, result.model_usage))
        judged = reply.judge(
            result,
            model=self._narrator.model,
            error=self._narrator.error,
            until=self._caller.quota_until or self._until,
            usage=reply.usage_of(result.usage, self._share.cost_micros),
        )
        if self._verdict is not None and result.is_error:
            judged = replace(self._verdict, model=judged.model, usage=judged.usage)
        self._settle(judged)

    def _refuse(self, reason: str) -> None:
        """In login mode a budget is found used up only after the call."""
        tasks.spawn(
            self.break_off(failed(Ending.BUDGET, "budget", reason)),
            name=f"claude-budget-{self.message_id}",
        )

    def _settle(self, judged: Reply) -> None:
        if not self._reply.done():
            self._reply.set_result(judged)

    def _miss(self) -> None:
        self._settle(
            failed(Ending.ERROR, "no_result", "Claude Code ended the turn without a result.")
        )

    async def _watch(self) -> None:
        shortest = min(
            self._limits.accept_seconds,
            self._limits.probe_after_seconds,
            self._profile.silence_seconds,
            self._profile.turn_seconds,
        )
        while not self._reply.done():
            await asyncio.sleep(min(max(shortest / 10, _MOST_OFTEN), _LEAST_OFTEN))
            await self._look()

    async def _look(self) -> None:
        now = clock.ticks()
        quiet = now - self._heard
        if now - self._began - self._caller.waited_seconds > self._profile.turn_seconds:
            await self.break_off(_too_long(self._profile.turn_seconds))
        elif not (self._queued or self._caller.waits) and quiet > self._limits.accept_seconds:
            await self._give_up("not_accepted", "Claude Code did not take the prompt up.")
        elif quiet > self._profile.silence_seconds and not self._is_excused():
            await self.break_off(_too_silent(self._profile.silence_seconds))
        elif now - max(self._heard, self._probed) > self._limits.probe_after_seconds:
            self._probed = now
            if not await self._wire.probe():
                await self._give_up("hung", "Claude Code hung and was killed.")

    def _is_excused(self) -> bool:
        return self._narrator.tool_runs or self._caller.waits

    async def _give_up(self, kind: str, message: str) -> None:
        self._verdict = self._verdict or failed(Ending.TRANSIENT, kind, message)
        await self._wire.kill()
        self.broken(message)


def _too_long(seconds: float) -> Reply:
    return failed(
        Ending.ERROR,
        "time_limit",
        f"The attempt took longer than {seconds:g} s. Raise the worker's turn_seconds or ask for less at once.",
    )


def _too_silent(seconds: float) -> Reply:
    return failed(
        Ending.ERROR,
        "silence",
        f"Nothing was heard for {seconds:g} s, with no tool at work. Raise silence_seconds if that is normal here.",
    )
