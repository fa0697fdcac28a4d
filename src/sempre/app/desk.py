"""The approvals of a home that nobody runs, read and decided in its own store. It lets nothing go on: who waits for a
decision finds it at the next start. Whoever opens it holds the home's lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sempre.access import Logins, Principal, Scope, Tokens
from sempre.app import stores
from sempre.approvals import Approval, Approvals, Decision
from sempre.audit import Trail
from sempre.contract.actions import Action, Judgement
from sempre.conversations import Channels, Turns
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.errors import ConflictError, RefusedError, UnavailableError
from sempre.events import Log
from sempre.home import Home
from sempre.settings import Settings
from sempre.workflows.deciding import Deciding


class Desk:
    def __init__(
        self, db: Database, keyring: Keyring, log: Log, trail: Trail, expire: timedelta
    ) -> None:
        self._alone = not db.is_postgres
        self.tokens = Tokens(db)
        self.logins = Logins(db)
        self.approvals = Approvals(db, keyring, log, expire=expire)
        self.turns = Turns(db, keyring, log)
        self._deciding = Deciding(
            approvals=self.approvals,
            turns=self.turns,
            channels=Channels(db, log),
            signal=_nobody_to_wake,
            audit=trail,
            weigh=_nobody_to_weigh,
        )

    async def decide(
        self,
        approval_id: str,
        decision: Decision,
        *,
        by: Principal,
        reason: str | None = None,
    ) -> Approval:
        """Raises as `Deciding.decide` does, RefusedError for whoever may not, ConflictError when no turn waits for
        this call any more."""
        if Scope.APPROVE not in by.scopes:
            raise RefusedError(
                f"This needs the scope `{Scope.APPROVE}`, which {by.who} does not have.",
                code="missing_scope",
            )
        asked = await self.approvals.get(approval_id)
        if self._alone and asked.is_open and not asked.deferred:
            raise ConflictError(
                "The process that was held at this call ended with Sempre, so a decision would reach nobody. Start "
                "Sempre with `sempre up`: the agent goes on, and asks again.",
                code="nobody_waits",
            )
        return await self._deciding.decide(approval_id, decision, by=by.who, reason=reason)


@asynccontextmanager
async def open_desk(home: Home, settings: Settings) -> AsyncIterator[Desk]:
    keyring, db = await asyncio.to_thread(stores.prepare, home, settings)
    log, trail = Log(db, keyring, flush_ms=settings.events.flush_ms), Trail(db, keyring)
    log.open()
    try:
        yield Desk(db, keyring, log, trail, timedelta(seconds=settings.approvals.expire_seconds))
    finally:
        await log.close()
        await trail.flush()
        await db.close()


async def _nobody_to_wake(_workflow: str, _topic: str) -> None:
    """At its start, and in the rounds of other machines, Sempre wakes who waits for a decision that was made."""


async def _nobody_to_weigh(_action: Action) -> Judgement:
    raise UnavailableError(
        "A changed call is judged by the rules again, and for that Sempre must run."
    )
