"""API tokens by their hash. A row stays when its token is revoked, so that the audit trail's names keep a meaning."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.access.principal import Scope, including
from sempre.access.token import Token
from sempre.db import Row, Session
from sempre.db.tables import logins, tokens


async def insert(session: Session, token: Token, key: str) -> None:
    await session.execute(
        tokens.insert().values(
            id=token.id,
            hash=key,
            name=token.name,
            scopes=" ".join(sorted(token.scopes)),
            created_by=token.created_by,
            made_with=token.made_with,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


async def find(session: Session, key: str, now: datetime) -> Token | None:
    """The valid token with this hash."""
    statement = sa.select(tokens).where(tokens.c.hash == key, valid(now))
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _token(row)


async def by_id(session: Session, token_id: str) -> Token | None:
    row = (await session.execute(sa.select(tokens).where(tokens.c.id == token_id))).one_or_none()
    return None if row is None else _token(row)


async def holds(session: Session, token_id: str, now: datetime) -> bool:
    """Whether it is valid; nobody revokes it until the transaction ends."""
    statement = sa.select(tokens.c.id).where(tokens.c.id == token_id, valid(now)).with_for_update()
    return await session.scalar(statement) is not None


async def named(session: Session, name: str, now: datetime) -> bool:
    """Whether a valid token has this name."""
    statement = sa.select(tokens.c.id).where(tokens.c.name == name, valid(now)).limit(1)
    return await session.scalar(statement) is not None


async def every(session: Session) -> Sequence[Token]:
    """Newest first."""
    return [
        _token(row) for row in await session.execute(sa.select(tokens).order_by(tokens.c.id.desc()))
    ]


async def touch(session: Session, token_id: str, now: datetime) -> None:
    await session.execute(tokens.update().where(tokens.c.id == token_id).values(last_used_at=now))


async def revoke(session: Session, token_ids: Sequence[str], now: datetime) -> None:
    """They and the logins made with them open nothing from now on."""
    await session.execute(
        tokens.update()
        .where(tokens.c.id.in_(token_ids), tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    await session.execute(logins.delete().where(logins.c.made_with.in_(token_ids)))


async def made_with(session: Session, token_id: str) -> Sequence[str]:
    """This token and all that were made with it, and with those."""
    await session.execute(sa.select(tokens.c.id).where(tokens.c.id == token_id).with_for_update())
    found, fresh = [token_id], [token_id]
    while fresh:
        rows = await session.execute(
            sa.select(tokens.c.id).where(tokens.c.made_with.in_(fresh), tokens.c.id.not_in(found))
        )
        fresh = list(rows.scalars())
        found += fresh
    return found


def valid(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        tokens.c.revoked_at.is_(None),
        sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
    )


def _token(row: Row) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=including(Scope(word) for word in row.scopes.split()),
        created_by=row.created_by,
        made_with=row.made_with,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
