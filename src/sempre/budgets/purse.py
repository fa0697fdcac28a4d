"""Holds turns to their budgets: reserves before a turn starts, answers for each call, settles after it.

A reservation is a row, so that all processes see it; what a dead one reserved is settled by the next start. What was
spent is never kept here, it stands in the ledger.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import structlog

from sempre import clock, ids
from sempre.budgets._store import budgets as budget_store
from sempre.budgets._store import prices as price_store
from sempre.budgets._store import reservations
from sempre.budgets.allotment import allot, levels_of, refused
from sempre.budgets.amounts import Amount, Limit
from sempre.budgets.asked import Asked, most_of
from sempre.budgets.budget import Budgets
from sempre.budgets.budget_list import BudgetList
from sempre.budgets.days import Day
from sempre.budgets.refusals import Refusal
from sempre.budgets.warnings import Warnings
from sempre.contract.audit import Audit
from sempre.db import Database, Session
from sempre.errors import InvalidError, UnavailableError
from sempre.events import Log
from sempre.tasks import spawn

_log = structlog.stdlib.get_logger(__name__)
_AGAIN_SECONDS = 1.0
_CLOSING_SECONDS = 5.0


class Purse:
    """`settled` waits until what a turn's calls took is written. `freed` is called with the turns that wait for what
    others had reserved, as soon as there is more. `ceiling` is asked what is left of a limit that a turn came with,
    beside the budgets."""

    def __init__(
        self,
        db: Database,
        budgets: BudgetList,
        warnings: Warnings,
        *,
        node: str,
        audit: Audit,
        log: Log,
        settled: Callable[[str], Awaitable[None]],
    ) -> None:
        self._db = db
        self._budgets = budgets
        self._warnings = warnings
        self._zone = warnings.zone
        self._node = node
        self._process = f"{node}:{ids.new_id()}"
        self._audit = audit
        self._log = log
        self._settled = settled
        self._running: set[str] = set()
        self._reserved: set[str] = set()
        self._queueing: set[str] = set()
        self._refusals: dict[str, Refusal] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self.freed: Callable[[Collection[str]], None] | None = None
        self.announce: Callable[[], None] | None = None
        self.ceiling: Callable[[str, str], Awaitable[Limit]] = _no_ceiling

    async def reserve(self, turn_id: str, channel: str) -> Refusal | None:
        """Before an attempt: reserve what the turn may spend, or say why it may not start. Whoever was not refused
        settles."""
        self._running.add(turn_id)
        own = await self.ceiling(turn_id, channel)
        if own.is_none and (await self._budgets.read()).are_none:
            return None
        # Noted before it is asked: what is freed in between must not be missed.
        self._queueing.add(turn_id)
        refusal = await self._take(turn_id, channel, Amount(), fresh=True)
        if refusal is None or not refusal.held:
            self._queueing.discard(turn_id)
        if refusal is not None:
            self._running.discard(turn_id)
            await self._refuse(turn_id, channel, refusal)
        return refusal

    async def settle(self, turn_id: str) -> None:
        """After an attempt, however it ended: what was not spent is free for others. Goes on when its caller is
        cancelled."""
        self._running.discard(turn_id)
        self._refusals.pop(turn_id, None)
        if turn_id in self._reserved:
            task = spawn(self._settle(turn_id), name="budgets.settle")
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
            await asyncio.shield(task)

    def refusal(self, turn_id: str) -> Refusal | None:
        """Why the turn's last call was refused, while it runs."""
        return self._refusals.get(turn_id)

    @property
    def next_day(self) -> Day:
        return Day.today(self._zone).after(1)

    async def check(self, asked: Asked, under_way: Sequence[Asked]) -> str | None:
        """`Ledger`'s limits: why the call may not be made while those under way are not settled."""
        budgets = await self._budgets.current()
        if budgets.are_none and await self._is_free(asked):
            return None
        async with self._db.reading() as session:
            own = await price_store.read_prices(session)
            kept = await reservations.get(session, asked.turn_id) if asked.turn_id else None
        self._warnings.look()
        pending = most_of(under_way, own)
        if asked.turn_id is None or asked.turn_id not in self._running:
            return await self._check_unreserved(budgets, asked, pending)
        if kept is not None and _fits(kept.limit, kept.spent, pending):
            return None
        return await self._check_more(asked.turn_id, asked.channel, pending, last=not under_way)

    async def release(self, turn_id: str, channel: str, extra: Amount, *, by: str) -> None:
        """From now on the turn may spend this much, whatever the budgets say. The caller wakes it."""
        if extra.micros <= 0 and extra.tokens <= 0:
            raise InvalidError(
                "Say how much more the turn may spend: extra_micros (millionths of a dollar), extra_tokens, or both."
            )
        details = {"extra_micros": extra.micros, "extra_tokens": extra.tokens}
        await self._audit.record(
            "turn.released", by=by, channel=channel, turn_id=turn_id, details=details
        )
        limit = Limit(micros=extra.micros, tokens=extra.tokens)
        async with self._db.transaction() as session:
            await reservations.release(session, turn_id, limit, since=clock.now(), by=by)
        self._log.append("turn.released", {**details, "by": by}, channel=channel, turn_id=turn_id)

    async def sweep(self, nodes_alive: Collection[str] | None = None) -> int:
        """Settle what this node's earlier processes left, and what nodes that are gone left. Gives how many."""
        async with self._db.transaction() as session:
            count = await reservations.settle_node(session, self._node, self._process)
            if nodes_alive is not None:
                count += await self._sweep_gone(session, nodes_alive)
        if count:
            self.free()
        return count

    def free(self) -> None:
        """Something is free again: those who wait for it look."""
        waiting, self._queueing = self._queueing, set()
        if waiting and self.freed is not None:
            self.freed(waiting)

    async def close(self) -> None:
        if self._settling:
            await asyncio.wait(self._settling, timeout=_CLOSING_SECONDS)

    async def _take(
        self, turn_id: str, channel: str, need: Amount, *, fresh: bool
    ) -> Refusal | None:
        """Reserve, in one transaction. `fresh`: a new attempt begins, which counts from the day's begin."""
        day, own = Day.today(self._zone), await self.ceiling(turn_id, channel)
        async with self._db.transaction() as session:
            await reservations.lock(session)
            if turn_id not in self._running:
                return None  # it has ended meanwhile; what it took is settled
            budgets = await self._budgets_in(session)
            kept = None if fresh else await reservations.get(session, turn_id)
            allotted = await allot(
                session,
                budgets,
                day,
                turn_id=turn_id,
                channel=channel,
                since=kept.since if kept else day.began,
                need=need,
                own=own,
            )
            if allotted.refusal is None:
                await reservations.put(
                    session,
                    turn_id=turn_id,
                    channel=channel,
                    limit=allotted.limit,
                    since=allotted.since,
                    process=self._process,
                    now=clock.now(),
                )
                self._reserved.add(turn_id)
        return allotted.refusal

    async def _is_free(self, asked: Asked) -> bool:
        """Whether no limit of its own holds for the turn."""
        if asked.turn_id is None:
            return True
        return (await self.ceiling(asked.turn_id, asked.channel)).is_none

    async def _check_more(
        self, turn_id: str, channel: str, pending: Amount | None, *, last: bool
    ) -> str | None:
        """What was reserved does not do: is there more to be had?"""
        refusal = await self._take(turn_id, channel, pending or Amount(), fresh=False)
        if refusal is None:
            async with self._db.reading() as session:
                kept = await reservations.get(session, turn_id)
            if kept is None or _fits(kept.limit, kept.spent, pending):
                return None
            return "Calls of this turn that are under way may use up its budget."
        if last:
            self._refusals[turn_id] = refusal
            await self._refuse(turn_id, channel, refusal)
        return refusal.message

    async def _check_unreserved(
        self, budgets: Budgets, asked: Asked, pending: Amount | None
    ) -> str | None:
        """For a call that belongs to no running turn: what a background task makes, for instance."""
        day = Day.today(self._zone)
        async with self._db.reading() as session:
            levels = await levels_of(session, budgets, day, channel=asked.channel)
        if (refusal := refused(levels, day)) is not None:
            return refusal.message
        if all(_fits(each.left, Amount(), pending) for each in levels):
            return None
        return "Calls of this channel that are under way may use up its budget."

    async def _budgets_in(self, session: Session) -> Budgets:
        return self._budgets.from_rows(await budget_store.read(session))

    async def _refuse(self, turn_id: str, channel: str, refusal: Refusal) -> None:
        if refusal.held:
            details: Mapping[str, object] = {"code": "budget_held", "message": refusal.message}
            self._log.append("turn.note", details, channel=channel, turn_id=turn_id)
        else:
            await self._warnings.tell_reached(turn_id, channel, refusal)

    async def _settle(self, turn_id: str) -> None:
        await self._settled(turn_id)
        while True:
            try:
                async with self._db.transaction() as session:
                    await reservations.settle(session, turn_id, self._process)
                break
            except UnavailableError as error:
                _log.error("budgets.not_settled", turn=turn_id, reason=error.message)
                await asyncio.sleep(_AGAIN_SECONDS)
        self._reserved.discard(turn_id)
        self.free()
        if self.announce is not None:
            self.announce()
        await self._warnings.look_now()

    async def _sweep_gone(self, session: Session, nodes_alive: Collection[str]) -> int:
        gone = [
            process
            for process in await reservations.processes(session)
            if process.rpartition(":")[0] not in nodes_alive
        ]
        return sum([await reservations.settle_process(session, process) for process in gone])


async def _no_ceiling(_turn_id: str, _channel: str) -> Limit:
    return Limit()


def _fits(limit: Limit, spent: Amount, pending: Amount | None) -> bool:
    """Whether something is left even if what is under way takes all that it can. None: nobody knows how much."""
    if pending is None:
        return limit.is_none
    return limit.allows_more_than(spent + pending)
