"""The ledger: every model call is a row, written before the call leaves and settled when it has ended.

It is what `contract.gate.Meter` promises. A settlement that the database does not take is tried until it does;
what a dead process left in flight is marked as unknown by the next one's `sweep`.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from sempre import clock, ids
from sempre.budgets._store import calls, prices
from sempre.budgets.asked import Asked
from sempre.budgets.prices import find_price
from sempre.budgets.spending import Spending
from sempre.budgets.totals import CallState
from sempre.contract.gate import Caller, Extras, Tell
from sempre.contract.messages import Usage
from sempre.db import Database
from sempre.errors import NotFoundError, RefusedError, UnavailableError
from sempre.tasks import spawn

_log = structlog.stdlib.get_logger(__name__)
_AGAIN_SECONDS = 1.0
_CLOSING_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0


class OverBudgetError(RefusedError):
    """A limit is reached, or a person said stop: the call is not made."""

    code = "budget"


class Limits(Protocol):
    """What may be spent."""

    async def check(self, asked: Asked, under_way: Sequence[Asked]) -> str | None:
        """Why this call may not be made; None when it may. `under_way` are those of the same turn (or of no turn, on
        the same channel) of which it is not yet known what they take: once fewer are, it is asked again."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Open:
    """A call of this process that is not settled yet."""

    asked: Asked
    agent: str | None
    begun: float = field(default_factory=clock.ticks)

    @property
    def channel(self) -> str:
        return self.asked.channel

    @property
    def turn_id(self) -> str | None:
        return self.asked.turn_id


class Ledger(Spending):
    """`node` is where this process runs; it is the only one there that books. `tell` hears of `turn.usage`."""

    def __init__(
        self,
        db: Database,
        *,
        node: str,
        zone: tzinfo,
        limits: Limits | None = None,
        tell: Tell | None = None,
    ) -> None:
        super().__init__(db, zone)
        self._node = node
        self._process = f"{node}:{ids.new_id()}"
        self._limits = limits
        self._tell = tell
        self._refusing: str | None = None
        self._open: dict[str, _Open] = {}
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way: dict[str, Asked] = {}
        self._fewer = asyncio.Event()
        self._settling: dict[asyncio.Task[None], str | None] = {}

    def refuse(self, reason: str | None) -> None:
        """From now on refuse every call for this reason; None: let them through again."""
        self._refusing = reason

    async def sweep(self) -> int:
        """Mark as unknown what earlier processes of this node left in flight. Gives how many calls."""
        async with self._db.transaction() as session:
            return await calls.abandon(session, self._node, self._process, clock.now())

    async def begin(
        self,
        caller: Caller,
        model: str,
        *,
        agent: str | None,
        most: Usage | None = None,
        made: bool = False,
    ) -> str:
        """Raises OverBudgetError, UnavailableError."""
        asked = Asked(channel=caller.channel, turn_id=caller.turn_id, model=model, most=most)
        entry = ids.new_id()
        if not made:
            await self._pass(entry, asked, caller)
        opening = calls.Opening(
            id=entry,
            channel=caller.channel,
            turn_id=caller.turn_id,
            attempt_id=caller.attempt_id,
            session_id=caller.session_id,
            agent=agent,
            model=model,
            process=self._process,
            started_at=clock.now(),
        )
        try:
            async with self._db.transaction() as session:
                await calls.open_call(session, opening)
        except BaseException as error:
            self._ended(entry)
            if isinstance(error, asyncio.CancelledError):  # whether the row is there nobody knows
                spawn(self._withdraw(entry, model), name="ledger.withdraw")
            raise
        self._open[entry] = _Open(asked=asked, agent=agent)
        return entry

    async def refusal(self, caller: Caller) -> str | None:
        """Why no further call may be made for this turn now; None when one may."""
        if self._refusing is not None or self._limits is None:
            return self._refusing
        asked = Asked(channel=caller.channel, turn_id=caller.turn_id, model="")
        return await self._limits.check(asked, ())

    async def settle(
        self,
        entry: str,
        usage: Usage | None,
        *,
        model: str | None,
        complete: bool = True,
        extras: Extras | None = None,
        request_id: str | None = None,
    ) -> None:
        """Raises NotFoundError for an entry that is not in flight here. Goes on when its caller is cancelled."""
        begun = self._open.pop(entry, None)
        if begun is None:
            raise NotFoundError(f"The call {entry} is not in flight here. Settle a call once.")
        counted = usage or Usage()
        closing = calls.Closing(
            state=_state(usage, complete=complete),
            model=model or begun.asked.model,
            input_tokens=counted.input_tokens,
            output_tokens=counted.output_tokens,
            cache_read_tokens=counted.cache_read_tokens,
            cache_write_tokens=counted.cache_write_tokens,
            cost_micros=0 if usage is None and complete else None,
            request_id=request_id,
            ended_at=clock.now(),
        )
        task = spawn(self._close(entry, begun, closing, usage, extras or Extras()), name="settle")
        self._settling[task] = begun.turn_id
        task.add_done_callback(self._settling.pop)
        await asyncio.shield(task)

    async def close(self) -> None:
        """Wait until what has ended is written; give up after a while when the database takes nothing."""
        if self._settling:
            await asyncio.wait(self._settling, timeout=_CLOSING_SECONDS)
        if self._settling:
            _log.error("budgets.lost_at_stop", count=len(self._settling))

    async def _withdraw(self, entry: str, model: str) -> None:
        """The call was not made after all."""
        closing = calls.Closing(
            state=CallState.FAILED,
            model=model,
            **calls.NOTHING,
            cost_micros=0,
            request_id=None,
            ended_at=clock.now(),
        )
        async with self._db.transaction() as session:
            await calls.close_call(session, entry, closing)

    async def settled(self, turn_id: str) -> None:
        """Wait until what the turn's calls took is written; not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while any(each.turn_id == turn_id for each in self._under_way.values()):
                    await self._fewer.wait()

    async def _pass(self, entry: str, asked: Asked, caller: Caller) -> None:
        """One after the other for each turn, so that no two pass on the same last cent. A call waits while others of
        its turn may still use up what is left."""
        if self._refusing is None and self._limits is not None:
            key = asked.turn_id or asked.channel
            async with self._queues.setdefault(key, asyncio.Lock()):
                await self._wait_for_room(self._limits, asked, key, caller)
                self._under_way[entry] = asked
        if self._refusing is not None:
            self._ended(entry)
            raise OverBudgetError(self._refusing)

    async def _wait_for_room(self, limits: Limits, asked: Asked, key: str, caller: Caller) -> None:
        while True:
            fewer, beside = self._fewer, self._beside(key)
            if (reason := await limits.check(asked, beside)) is None:
                return
            if not beside:
                raise OverBudgetError(reason)
            with caller.waiting():
                await fewer.wait()

    def _beside(self, key: str) -> list[Asked]:
        return [each for each in self._under_way.values() if key == (each.turn_id or each.channel)]

    def _ended(self, entry: str) -> None:
        if self._under_way.pop(entry, None) is not None:
            self._fewer.set()
            self._fewer = asyncio.Event()

    async def _close(
        self, entry: str, begun: _Open, closing: calls.Closing, usage: Usage | None, extras: Extras
    ) -> None:
        complained = False
        while True:
            try:
                async with self._db.transaction() as session:
                    if usage is not None:
                        price = find_price(closing["model"], await prices.read_prices(session))
                        closing["cost_micros"] = price.cost(usage, extras) if price else None
                    await calls.close_call(session, entry, closing)
                break
            except UnavailableError as error:
                if not complained:
                    _log.error("budgets.not_settled", entry=entry, reason=error.message)
                complained = True
                await asyncio.sleep(_AGAIN_SECONDS)
        self._ended(entry)
        self._told(entry, begun, closing)

    def _told(self, entry: str, begun: _Open, closing: calls.Closing) -> None:
        if self._tell is None or closing["state"] is CallState.FAILED:
            return
        details = {
            "call": entry,
            "agent": begun.agent,
            "model": closing["model"],
            "state": closing["state"].value,
            "input_tokens": closing["input_tokens"],
            "output_tokens": closing["output_tokens"],
            "cache_read_tokens": closing["cache_read_tokens"],
            "cache_write_tokens": closing["cache_write_tokens"],
            "cost_micros": closing["cost_micros"],
            "duration_ms": round((clock.ticks() - begun.begun) * 1000),
        }
        self._tell(begun.turn_id, begun.channel, "turn.usage", details)

    def _unsettled(self, turn_ids: Collection[str]) -> list[asyncio.Task[None]]:
        return [task for task, turn_id in self._settling.items() if turn_id in turn_ids]


def _state(usage: Usage | None, *, complete: bool) -> CallState:
    if not complete:
        return CallState.UNKNOWN
    return CallState.BOOKED if usage is not None else CallState.FAILED
