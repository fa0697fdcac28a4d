"""Who may come in, and with what the model is reached. They belong to the home that a person named, also while it
rehearses in another: connecting a model must not log anybody out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sempre.access import Connections, LocalToken, Logins, Secrets, Tokens
from sempre.app import stores
from sempre.app.plan import Plan
from sempre.audit import Trail


@dataclass(frozen=True, kw_only=True)
class Doors:
    logins: Logins
    local_token: LocalToken
    tokens: Tokens
    connections: Connections


@asynccontextmanager
async def open_doors(plan: Plan) -> AsyncIterator[Doors]:
    keyring, db = await asyncio.to_thread(stores.prepare, plan.home, plan.settings)
    local_token, audit = LocalToken(plan.home.token), Trail(db, keyring)
    try:
        yield Doors(
            logins=Logins(db),
            local_token=local_token,
            tokens=Tokens(db),
            connections=Connections(Secrets(db, keyring), plan.given, audit),
        )
    finally:
        local_token.remove()
        await audit.flush()
        await db.close()
