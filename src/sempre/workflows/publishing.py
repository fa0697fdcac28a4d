"""The publishing half of a turn: give its end out on its channel, made from its row alone, then mark it.

Nothing may leave here as an exception: the engine would record it as the turn's outcome for ever.
"""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import structlog

from sempre import crash
from sempre.contract.audit import Audit
from sempre.contract.channel import Channel, NumberTakenError
from sempre.contract.messages import Outbound, Usage
from sempre.conversations import Turn, Turns
from sempre.errors import UnavailableError
from sempre.telemetry import context

_log = structlog.stdlib.get_logger(__name__)
_AFTER_A_FAULT = 5.0  # seconds


class Publishing:
    """`channel` finds the channel of this node that gives out for a channel id; `spent` what a turn took.
    `mine` asks the engine whether this process still owns the workflow (a process that was thought dead does not)."""

    def __init__(
        self,
        *,
        turns: Turns,
        channel: Callable[[str], Channel | None],
        spent: Callable[[str], Awaitable[Usage]],
        mine: Callable[[str], Awaitable[bool]],
        audit: Audit,
    ) -> None:
        self._turns = turns
        self._channel = channel
        self._spent = spent
        self._mine = mine
        self._audit = audit

    async def publish(self, turn_id: str) -> float | None:
        """Seconds to wait before the next try, or None when it is given out."""
        with ExitStack() as lines:
            try:
                turn = await self._turns.get(turn_id)
                lines.enter_context(context.bound(request_id=turn.request_id, turn=turn.id))
                await self._publish(turn)
            except UnavailableError as error:
                wait = error.retry_after or _AFTER_A_FAULT
                _log.warning(
                    "turn.not_published", turn=turn_id, reason=error.message, again_in=wait
                )
                return wait
            except Exception:  # noqa: BLE001  the edge of a turn: whatever went wrong, it is tried again
                _log.exception("turn.fault", turn=turn_id, again_in=_AFTER_A_FAULT)
                return _AFTER_A_FAULT
        return None

    async def _publish(self, turn: Turn) -> None:
        if turn.usage is None:
            spent = await self._spent(turn.id)
            self._on_record(turn, spent)
            turn = await self._turns.record_usage(turn, spent)
        channel = self._channel(turn.channel)
        if turn.published_at is None:
            if not await self._mine(turn.workflow):
                raise UnavailableError("Another process has taken this turn over; it gives it out.")
            turn = await self._give_out(turn, channel)
        if channel is not None:
            await channel.settle(outbound(turn))

    def _on_record(self, turn: Turn, spent: Usage) -> None:
        """What it came to, and what it cost."""
        self._audit.note(
            "turn.ended",
            by=f"agent:{turn.channel}",
            channel=turn.channel,
            turn_id=turn.id,
            details={
                "state": turn.state.value,
                "failure": turn.failure.kind if turn.failure else None,
                "attempts": turn.attempts,
                "model": turn.model,
                "input_tokens": spent.input_tokens,
                "output_tokens": spent.output_tokens,
                "cache_read_tokens": spent.cache_read_tokens,
                "cache_write_tokens": spent.cache_write_tokens,
                "cost_micros": spent.cost_micros,
            },
        )

    async def _give_out(self, turn: Turn, channel: Channel | None) -> Turn:
        """The turn as it was given out: under another number when its own was taken."""
        where = ""
        while channel is not None:
            try:
                where = (await channel.send(outbound(turn))).where
                break
            except NumberTakenError:
                turn = await self._turns.renumber(turn.id)
        crash.point("turn.sent")
        await self._turns.mark_published(turn, where)
        _log.info("turn.published", channel=turn.channel, state=turn.state.value, where=where)
        crash.point("turn.marked")
        return turn


def outbound(turn: Turn) -> Outbound:
    """How a turn ended, for its channel; the same for the same row."""
    if turn.finished_at is None or turn.usage is None:
        raise RuntimeError(f"turn {turn.id} has not ended")
    return Outbound(
        key=turn.workflow,
        turn_id=turn.id,
        channel=turn.channel,
        external_id=turn.external_id,
        number=turn.number,
        state=turn.state,
        text=turn.answer,
        prompt=turn.prompt,
        origin=turn.origin,
        failure=turn.failure,
        session_id=turn.session_id,
        model=turn.model,
        usage=turn.usage,
        attempts=turn.attempts,
        received_at=turn.received_at,
        started_at=turn.started_at,
        finished_at=turn.finished_at,
    )
