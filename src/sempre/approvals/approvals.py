"""The life of an approval: asked, decided by one person, released once, or ended without having run.

Every change is one transaction that names where it comes from; whoever comes second is told who was first. Whoever
hangs up while it is being committed does not keep it from being told of.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sempre import clock, ids
from sempre.approvals import _store
from sempre.approvals.approval import OPEN, Approval, Decision, State
from sempre.approvals.headline import headline
from sempre.approvals.waiters import Waiters
from sempre.contract.actions import Action, Judgement
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError
from sempre.events import Log
from sempre.tasks import unbroken

TOPIC = "sempre_approval"


class AlreadyDecidedError(ConflictError):
    """Somebody was faster, or its time was over."""

    code = "already_decided"


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What an event says beside the approval itself."""

    kind: str
    more: Mapping[str, object]


class Approvals:
    """`announce` tells the other processes that one was decided (Postgres); they wake their waiters."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        log: Log,
        *,
        expire: timedelta,
        announce: Callable[[str], None] = lambda _approval_id: None,
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._log = log
        self._expire = expire
        self._announce = announce
        self.waiters = Waiters()

    @unbroken
    async def ask(self, action: Action, judgement: Judgement) -> Approval:
        """Put a call before people. The same call twice is a StoreConflictError: look with `find` first."""
        now, approval_id = clock.now(), ids.new_id()
        async with self._db.transaction() as session:
            await _store.insert(
                session,
                self._keyring,
                approval_id,
                action,
                judgement,
                now=now,
                expires_at=now + self._expire,
            )
            asked = await _store.get(session, self._keyring, approval_id)
        self._tell_asked(asked)
        return asked

    async def get(self, approval_id: str) -> Approval:
        """Raises NotFoundError."""
        async with self._db.reading() as session:
            return await _store.get(session, self._keyring, approval_id)

    async def find(self, session_id: str, call_id: str) -> Approval | None:
        """The one of this call, if it was asked about before."""
        async with self._db.reading() as session:
            return await _store.find(session, self._keyring, session_id, call_id)

    async def page(
        self,
        *,
        states: Sequence[State] = (),
        channel: str | None = None,
        turn_id: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> Sequence[Approval]:
        """Newest first."""
        async with self._db.reading() as session:
            return await _store.page(
                session,
                self._keyring,
                states=states,
                channel=channel,
                turn_id=turn_id,
                before=before,
                limit=limit,
            )

    async def standing(self) -> tuple[int, datetime | None]:
        """How many wait for a person, and since when the oldest does."""
        async with self._db.reading() as session:
            return await _store.standing(session)

    async def unsettled(self, turn_id: str) -> Sequence[Approval]:
        """Those of a turn that has not ended since, oldest first."""
        async with self._db.reading() as session:
            return await _store.unsettled(session, self._keyring, turn_id)

    async def deferred(self) -> Sequence[Approval]:
        """All for which a turn waits without a process; decided ones until their turn has ended."""
        async with self._db.reading() as session:
            return await _store.deferred(session, self._keyring)

    async def is_deferring(self, session_id: str) -> bool:
        """Whether a call of the session's main agent waits already."""
        async with self._db.reading() as session:
            return await _store.is_deferring(session, session_id)

    async def covered_by(self, action: Action, judgement: Judgement) -> str | None:
        """Who approved the tool under this rule, at no lower risk, for the rest of the turn; None: nobody."""
        if action.turn_id is None:
            return None
        async with self._db.reading() as session:
            return await _store.covered_by(
                session, action.turn_id, action.tool, judgement.rule, judgement.risk
            )

    @unbroken
    async def decide(
        self,
        approval_id: str,
        decision: Decision,
        *,
        by: str,
        changed: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> Approval:
        """One decision counts. `recorded` is the caller's once it has been put on record, and then `wake`. Raises
        AlreadyDecidedError, NotFoundError."""
        now = clock.now()
        values = _store.decision_values(
            self._keyring, approval_id, decision, by=by, changed=changed, reason=reason, now=now
        )
        async with self._db.transaction() as session:
            before = await _store.get(session, self._keyring, approval_id, lock=True)
            if before.is_open and before.expires_at <= now:
                await _store.change(session, approval_id, OPEN, _expired(now))
            elif before.is_open:
                await _store.change(session, approval_id, OPEN, values)
            after = await _store.get(session, self._keyring, approval_id)
        if not before.is_open:
            raise AlreadyDecidedError(_who_was_first(before))
        if after.state is State.EXPIRED:
            self._tell_expired(after)
            raise AlreadyDecidedError(_who_was_first(after))
        self._tell_decided(before, after)
        return after

    async def unrecorded(self, before: datetime) -> Sequence[Approval]:
        """Those decided until then of which nobody said `recorded`, oldest first."""
        async with self._db.reading() as session:
            return await _store.unrecorded(session, self._keyring, before)

    async def recorded(self, approval_id: str) -> None:
        """Its decision is on the audit trail."""
        async with self._db.transaction() as session:
            await _store.mark_recorded(session, approval_id)

    def wake(self, approval_id: str) -> None:
        """Let the hook that waits for it look again, wherever it is."""
        self.waiters.wake(approval_id)
        self._announce(approval_id)

    async def wait(self, approval: Approval, seconds: float) -> Approval:
        """The row once it is decided, or as it stands after so many seconds."""
        end = clock.ticks() + seconds
        with self.waiters.listening(approval.id) as woken:
            while (now := await self.get(approval.id)).is_open:
                left = end - clock.ticks()
                if left <= 0:
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, _LOOK_SECONDS)):
                        await woken.wait()
                woken.clear()
        return now

    @unbroken
    async def release(self, approval: Approval) -> bool:
        """Let it through, once. False when it is not approved any more."""
        values = {
            "state": State.RELEASED,
            "released_at": clock.now(),
            "releases": approval.releases + 1,
        }
        async with self._db.transaction() as session:
            done = await _store.change(session, approval.id, [State.APPROVED], values)
        if done:
            self._tell(approval, _Told(kind="approval.released", more={"by": approval.decided_by}))
        return done

    @unbroken
    async def reopen(self, approval: Approval) -> Approval:
        """A call that was let through is asked about again: whether it ran is not known, so a person decides."""
        now = clock.now()
        values = {
            "state": State.UNKNOWN,
            "asked_at": now,
            "expires_at": now + self._expire,
            "decision": None,
            "decided_at": None,
            "decided_by": None,
            "decision_reason": None,
        }
        async with self._db.transaction() as session:
            done = await _store.change(session, approval.id, [State.RELEASED], values)
            after = await _store.get(session, self._keyring, approval.id)
        if done:
            self._tell_asked(after)
        return after

    async def defer(self, session_id: str, call_id: str) -> Approval | None:
        """The turn was seen to end for this call: from now on it waits, whatever happens to processes."""
        async with self._db.transaction() as session:
            found = await _store.find(session, self._keyring, session_id, call_id)
            if found is None:
                return None
            await _store.mark_deferred(session, found.id)
            return await _store.get(session, self._keyring, found.id)

    @unbroken
    async def expire(self, approval: Approval) -> bool:
        """Nobody decided in time. False when somebody did after all."""
        now = clock.now()
        async with self._db.transaction() as session:
            done = await _store.change(session, approval.id, OPEN, _expired(now))
        if done:
            self._tell_expired(approval)
        return done

    @unbroken
    async def withdraw(self, approvals: Sequence[Approval], reason: str) -> None:
        """They never run: what they were asked for is over."""
        for each in approvals:
            async with self._db.transaction() as session:
                done = await _store.change(
                    session, each.id, [*OPEN, State.APPROVED], {"state": State.WITHDRAWN}
                )
            if done:
                self._tell(each, _Told(kind="approval.withdrawn", more={"reason": reason}))
                self.wake(each.id)

    async def settle(self, turn_id: str, reason: str) -> None:
        """Its turn has ended: what is open is withdrawn, and nothing of it counts for another try."""
        left = await self.unsettled(turn_id)
        if not left:
            return
        await self.withdraw(left, reason)
        async with self._db.transaction() as session:
            await _store.settle(session, turn_id, clock.now())

    def _tell_asked(self, approval: Approval) -> None:
        more = {
            "call_id": approval.call_id,
            "headline": headline(approval.tool, approval.input),
            "why": approval.why[-_WORDS:],
            "rule": approval.rule,
            "reason": approval.rule_reason,
            "risk": approval.risk.value,
            "risk_reason": approval.risk_reason,
            "agent": approval.subagent,
            "unknown": approval.state is State.UNKNOWN,
            "expires_at": approval.expires_at.isoformat(),
        }
        self._tell(approval, _Told(kind="approval.asked", more=more))

    def _tell_decided(self, before: Approval, after: Approval) -> None:
        waited = ((after.decided_at or before.asked_at) - before.asked_at).total_seconds()
        more = {
            "decision": after.decision,
            "by": after.decided_by,
            "reason": after.decision_reason,
            "changed": after.changed_input is not None,
            "waited_seconds": round(max(waited, 0), 3),
        }
        self._tell(after, _Told(kind="approval.decided", more=more))

    def _tell_expired(self, approval: Approval) -> None:
        self._tell(approval, _Told(kind="approval.expired", more={}))

    def _tell(self, approval: Approval, told: _Told) -> None:
        self._log.append(
            told.kind,
            {"approval_id": approval.id, "tool": approval.tool, **told.more},
            channel=approval.channel,
            turn_id=approval.turn_id,
        )


_LOOK_SECONDS = 5.0  # a notice between processes may be lost
_WORDS = 2000


def _expired(now: datetime) -> dict[str, object]:
    return {"state": State.EXPIRED, "decided_at": now, "decided_by": "system"}


def _who_was_first(approval: Approval) -> str:
    if approval.state is State.EXPIRED:
        return "Nobody decided this in time, so it was refused; the agent goes on without it."
    if approval.decision is None or approval.decided_by is None:
        return "This is not asked any more: its turn or its session has ended."
    moment = f"{approval.decided_at:%Y-%m-%d %H:%M:%S} UTC" if approval.decided_at else "before"
    word = "refused" if approval.decision is Decision.REFUSE else "approved"
    return f"This was {word} by {approval.decided_by} at {moment}; one decision counts."
