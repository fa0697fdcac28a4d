"""A gateway and a tool hook before the scripted provider, with a real ledger: what their tests stand on."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import httpx2
import sqlalchemy as sa

from sempre import ids
from sempre.api.loopback import Loopback
from sempre.api.provider import Provider
from sempre.budgets import Ledger
from sempre.contract import gate as contract
from sempre.contract.actions import Action, Ruling, Say
from sempre.contract.gate import Gate, Words
from sempre.db import Database
from sempre.db.tables import ledger as table
from tests.support.caller import Caller
from tests.support.patience import PATIENCE

KEY = "sk-canary-real-key"
MODEL = "claude-opus-5-5"

Event = tuple[str | None, str, str, Mapping[str, object]]


class Passes:
    def __init__(self) -> None:
        self.by_token: dict[str, Caller] = {}

    def issue(self, session: Caller) -> str:
        token = ids.token("session")
        self.by_token[token] = session
        return token

    def find(self, token: str) -> Caller | None:
        return self.by_token.get(token)


class Decision:
    """A gate that decides as the test says."""

    def __init__(self) -> None:
        self.answer: Ruling | Exception = Ruling(say=Say.ALLOW)
        self.asked: list[Action] = []

    async def judge(self, action: Action, words: Words | None = None) -> Ruling:
        self.asked.append(replace(action, why=await words() if words else ""))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Rig:
    db: Database
    ledger: Ledger
    loopback: Loopback
    passes: Passes
    session: Caller
    token: str
    told: list[Event]

    @property
    def url(self) -> str:
        assert self.loopback.model_url is not None
        return self.loopback.model_url.replace("{token}", self.token)

    @property
    def hook_url(self) -> str:
        return self.loopback.hook_url.replace("{token}", self.token)

    async def rows(self) -> list[dict[str, Any]]:
        """The ledger, oldest first, once all that has ended is settled."""
        await self.ledger.close()
        async with self.db.reading() as session:
            found = await session.execute(sa.select(table).order_by(table.c.id))
            return [dict(row) for row in found.mappings()]

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows()]


@asynccontextmanager
async def rigged(
    url: str,
    provider: Provider | None,
    gate: Gate | None = None,
    others: contract.Passes | None = None,
    ledger: Ledger | None = None,
) -> AsyncIterator[Rig]:
    """`others` are somebody else's tokens, that are known instead of the one of the rig's own session; `ledger` is one
    of somebody else's on the same database, with limits for instance."""
    db = Database(url)
    told: list[Event] = []

    def tell(turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]) -> None:
        told.append((turn_id, channel, kind, details))

    ledger = ledger or Ledger(db, node="n1", zone=UTC)
    passes, session = Passes(), Caller()
    loopback = Loopback(others or passes, gate or Decision(), ledger, provider, tell)
    await loopback.open()
    try:
        yield Rig(db, ledger, loopback, passes, session, passes.issue(session), told)
    finally:
        await loopback.close()
        await ledger.close()
        await db.close()


@dataclass
class Asking:
    """A plain client of the Messages API. `prompt` holds directives of the rehearsal."""

    url: str
    token: str
    stream: bool = True
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @asynccontextmanager
    async def open(self, prompt: str, **body: object) -> AsyncIterator[httpx2.Response]:
        whole = {
            "model": MODEL,
            "max_tokens": 100,
            "stream": self.stream,
            "messages": [{"role": "user", "content": prompt}],
            **body,
        }
        async with (
            httpx2.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE) as client,
            client.stream(
                "POST",
                f"{self.url}/v1/messages?beta=true",
                json=whole,
                headers={"x-api-key": self.token, **self.headers},
            ) as answer,
        ):
            yield answer

    async def whole(self, prompt: str, **body: object) -> httpx2.Response:
        async with self.open(prompt, **body) as answer:
            await answer.aread()
            return answer
