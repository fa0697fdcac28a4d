"""Books a turn's model calls in login mode, where no gateway sees them: from what Claude Code says of each, and at
the end of the turn what it counted beyond that (subagents' last words, compaction). Never delays the turn."""

import asyncio
import contextlib
import copy
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from claude_agent_sdk import AssistantMessage, Message, StreamEvent

from sempre import tasks
from sempre.agents.claude.passes import Pass
from sempre.agents.claude.reply import usage_of
from sempre.agents.claude.totals import less
from sempre.contract.gate import Meter
from sempre.contract.messages import Usage
from sempre.errors import SempreError

_log = structlog.stdlib.get_logger(__name__)
_SYNTHETIC = "<synthetic>"


class Booking:
    """One turn's. `refused` is called with the reason when no further call may be made; what was made is booked."""

    def __init__(self, meter: Meter, caller: Pass, refused: Callable[[str], None]) -> None:
        self._meter = meter
        self._caller = copy.copy(caller)  # it goes on to other turns
        self._refused = refused
        self._seen: set[str] = set()
        self._open: tuple[str, dict[str, Any]] | None = None
        self._booked: defaultdict[str, Usage] = defaultdict(Usage)
        self._orders: asyncio.Queue[tuple[str, Usage | None, str | None] | None] = asyncio.Queue()
        self._work = tasks.spawn(self._book_all(), name="claude-booking")

    def see(self, message: Message) -> None:
        match message:
            case StreamEvent(parent_tool_use_id=None):
                self._see_piece(message.event)
            case AssistantMessage(message_id=str(message_id)) if message.model != _SYNTHETIC:
                if message_id not in self._seen:
                    self._seen.add(message_id)
                    self._order(message.model, message.usage, message.parent_tool_use_id)
            case _:
                pass

    async def close(self, counted: Mapping[str, Usage]) -> None:
        """`counted` is what the turn took by Claude Code's own sums, by model: what is missing is booked."""
        if self._open is not None:  # broken off in mid-stream
            self._order(*self._open, None)
        for model, usage in counted.items():
            rest = less(usage, self._booked[model])
            if rest != Usage(cost_micros=None):
                self._orders.put_nowait((model, rest, "rest"))
        self._orders.put_nowait(None)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(self._work)

    def _see_piece(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message_start":
                message = event["message"]
                self._seen.add(message["id"])
                self._open = (message["model"], dict(message.get("usage") or {}))
            case "message_delta" if self._open is not None:
                told = {name: count for name, count in event.get("usage", {}).items() if count}
                self._open[1].update(told)
            case "message_stop" if self._open is not None:
                self._order(*self._open, None)
                self._open = None
            case _:
                pass

    def _order(self, model: str, counts: dict[str, Any] | None, agent: str | None) -> None:
        usage = usage_of(counts, None)
        self._booked[model] = self._booked[model] + usage
        self._orders.put_nowait((model, usage, agent))

    async def _book_all(self) -> None:
        while (order := await self._orders.get()) is not None:
            model, usage, agent = order
            try:
                entry = await self._meter.begin(self._caller, model, agent=agent, made=True)
                await self._meter.settle(entry, usage, model=model)
                if (reason := await self._meter.refusal(self._caller)) is not None:
                    self._refused(reason)
            except SempreError as error:
                _log.error("claude.not_booked", model=model, error=error.message)
