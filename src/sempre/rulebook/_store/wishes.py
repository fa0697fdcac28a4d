"""Proposals, by the hash of what they propose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.db import Session
from sempre.db.tables import proposals


class Wanted(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def value(self) -> object: ...


W = TypeVar("W", bound=Wanted)


@dataclass(frozen=True, kw_only=True)
class Row:
    id: str
    kind: str
    subject: str
    value: object
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None


async def add(session: Session, wanted: Sequence[W], now: datetime) -> Sequence[W]:
    """Those that were not known are open; gives them."""
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    fresh: list[W] = []
    for each in wanted:
        row = {
            "id": each.id,
            "kind": each.kind,
            "subject": each.subject,
            "wish": msgspec.json.encode(each.value).decode(),
            "state": "open",
            "proposed_at": now,
        }
        result = await session.execute(insert(proposals).values(row).on_conflict_do_nothing())
        if result.rowcount == 1:
            fresh.append(each)
    return fresh


async def every(session: Session) -> Sequence[Row]:
    """The newest first."""
    statement = sa.select(proposals).order_by(proposals.c.proposed_at.desc(), proposals.c.id)
    return [
        Row(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            value=msgspec.json.decode(row.wish),
            state=row.state,
            proposed_at=row.proposed_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )
        for row in await session.execute(statement)
    ]


async def decide(session: Session, id: str, state: str, now: datetime, by: str) -> None:
    values = {"state": state, "decided_at": now, "decided_by": by}
    await session.execute(proposals.update().where(proposals.c.id == id).values(values))


async def reopen(session: Session, id: str) -> None:
    values = {"state": "open", "decided_at": None, "decided_by": None}
    await session.execute(proposals.update().where(proposals.c.id == id).values(values))


async def delete(session: Session, id: str) -> None:
    await session.execute(proposals.delete().where(proposals.c.id == id))
