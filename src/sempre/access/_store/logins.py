"""Logins by the hash of their token."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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


async def delete(session: Session, key: str) -> None:
    await session.execute(logins.delete().where(logins.c.hash == key))


async def delete_expired(session: Session, now: datetime) -> None:
    await session.execute(logins.delete().where(logins.c.expires_at <= now))


def _scopes(text: str) -> frozenset[Scope]:
    return including(Scope(word) for word in text.split())
