"""Logins by the hash of their token."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sempre.access._store.tokens import valid
from sempre.access.principal import Scope, including
from sempre.db import Session
from sempre.db.tables import logins, tokens

LINK = "link"
COOKIE = "cookie"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`made_with` is the API token that stands behind it, with that one's end."""

    scopes: frozenset[Scope]
    expires_at: datetime
    made_with: str | None
    token_name: str | None = None
    token_expires_at: datetime | None = None


async def insert(
    session: Session,
    key: str,
    *,
    kind: str,
    scopes: Iterable[Scope],
    now: datetime,
    expires_at: datetime,
    made_with: str | None,
) -> None:
    await session.execute(
        logins.insert().values(
            hash=key,
            kind=kind,
            scopes=" ".join(sorted(scopes)),
            created_at=now,
            expires_at=expires_at,
            made_with=made_with,
        )
    )


async def take(session: Session, key: str, *, kind: str, now: datetime) -> Row | None:
    """Remove it; gives it if it was there and valid."""
    found = await find(session, key, kind=kind, now=now)
    statement = (
        logins.delete()
        .where(logins.c.hash == key, logins.c.kind == kind)
        .returning(logins.c.hash)  # of two at the same moment one gets it
    )
    return found if await session.scalar(statement) is not None else None


async def find(session: Session, key: str, *, kind: str, now: datetime) -> Row | None:
    """While it is valid, and so is the token that it was made with."""
    statement = (
        sa.select(
            logins.c.scopes,
            logins.c.expires_at,
            logins.c.made_with,
            tokens.c.name,
            tokens.c.expires_at.label("token_expires_at"),
        )
        .join(tokens, tokens.c.id == logins.c.made_with, isouter=True)
        .where(
            logins.c.hash == key,
            logins.c.kind == kind,
            logins.c.expires_at > now,
            sa.or_(logins.c.made_with.is_(None), sa.and_(tokens.c.id.is_not(None), valid(now))),
        )
    )
    row: Any = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return Row(
        scopes=_scopes(row.scopes),
        expires_at=row.expires_at,
        made_with=row.made_with,
        token_name=row.name,
        token_expires_at=row.token_expires_at,
    )


async def extend(session: Session, key: str, expires_at: datetime) -> None:
    statement = logins.update().where(logins.c.hash == key).values(expires_at=expires_at)
    await session.execute(statement)


async def visit(session: Session, key: str, now: datetime, ends: timedelta) -> datetime | None:
    """Note a look; after a longer gap the one before it is where this visit counts from."""
    statement = sa.select(logins.c.seen_at, logins.c.away_since).where(logins.c.hash == key)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    away: datetime | None = row.away_since
    if row.seen_at is not None and now - row.seen_at > ends:
        away = row.seen_at
    change = logins.update().where(logins.c.hash == key)
    await session.execute(change.values(seen_at=now, away_since=away))
    return away


async def away_since(session: Session, key: str) -> datetime | None:
    statement = sa.select(logins.c.away_since).where(logins.c.hash == key)
    return (await session.execute(statement)).scalar_one_or_none()


async def delete(session: Session, key: str) -> None:
    await session.execute(logins.delete().where(logins.c.hash == key))


async def delete_expired(session: Session, now: datetime) -> None:
    await session.execute(logins.delete().where(logins.c.expires_at <= now))


def _scopes(text: str) -> frozenset[Scope]:
    return including(Scope(word) for word in text.split())
