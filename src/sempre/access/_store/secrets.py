"""Credentials, sealed under their name."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.crypto import Keyring
from sempre.db import Session
from sempre.db.sealed import place
from sempre.db.tables import secrets


async def put(session: Session, keyring: Keyring, name: str, value: str, now: datetime) -> None:
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    row = {"value": keyring.seal(value, place(secrets.c.value, name)), "changed_at": now}
    await session.execute(
        insert(secrets)
        .values(name=name, **row)
        .on_conflict_do_update(index_elements=[secrets.c.name], set_=row)
    )


async def add(session: Session, keyring: Keyring, name: str, value: str, now: datetime) -> bool:
    """False when there is one; that stays."""
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    row = {"value": keyring.seal(value, place(secrets.c.value, name)), "changed_at": now}
    statement = insert(secrets).values(name=name, **row).on_conflict_do_nothing()
    return await session.scalar(statement.returning(secrets.c.name)) is not None


async def get(session: Session, keyring: Keyring, name: str) -> str | None:
    statement = sa.select(secrets.c.value).where(secrets.c.name == name)
    sealed = (await session.execute(statement)).scalar_one_or_none()
    return None if sealed is None else keyring.open(sealed, place(secrets.c.value, name))


async def delete(session: Session, name: str) -> bool:
    """Whether there was one."""
    result = await session.execute(secrets.delete().where(secrets.c.name == name))
    return result.rowcount == 1
