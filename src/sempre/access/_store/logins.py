"""Logins by the hash of their token."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from sempre.access.principal import Scope
from sempre.db import Session
from sempre.db.tables import logins

LINK = "link"
COOKIE = "cookie"


async def insert(
    session: Session,
    key: str,
    *,
    kind: str,
    scopes: Iterable[Scope],
    now: datetime,
    expires_at: datetime,
) -> None:
    await session.execute(
        logins.insert().values(
            hash=key,
            kind=kind,
            scopes=" ".join(sorted(scopes)),
            created_at=now,
            expires_at=expires_at,
        )
    )


async def take(session: Session, key: str, *, kind: str, now: datetime) -> frozenset[Scope] | None:
    """Remove it; gives its scopes if it was there and valid."""
    statement = (
        logins.delete()
        .where(logins.c.hash == key, logins.c.kind == kind)
        .returning(logins.c.scopes, logins.c.expires_at)
    )
    row = (await session.execute(statement)).one_or_none()
    return _scopes(row.scopes) if row is not None and row.expires_at > now else None


async def find(
    session: Session, key: str, *, kind: str, now: datetime
) -> tuple[frozenset[Scope], datetime] | None:
    """Its scopes and its end, while it is valid."""
    statement = sa.select(logins.c.scopes, logins.c.expires_at).where(
        logins.c.hash == key, logins.c.kind == kind, logins.c.expires_at > now
    )
    row = (await session.execute(statement)).one_or_none()
    return (_scopes(row.scopes), row.expires_at) if row is not None else None


async def extend(session: Session, key: str, expires_at: datetime) -> None:
    statement = logins.update().where(logins.c.hash == key).values(expires_at=expires_at)
    await session.execute(statement)


async def delete(session: Session, key: str) -> None:
    await session.execute(logins.delete().where(logins.c.hash == key))


async def delete_expired(session: Session, now: datetime) -> None:
    await session.execute(logins.delete().where(logins.c.expires_at <= now))


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in text.split())
