"""Trusted folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.db import Session
from sempre.db.tables import trusts


@dataclass(frozen=True, kw_only=True)
class Row:
    directory: str
    contents: str
    trusted_at: datetime
    trusted_by: str


async def every(session: Session) -> Sequence[Row]:
    found = await session.execute(sa.select(trusts).order_by(trusts.c.directory))
    return [
        Row(
            directory=row.directory,
            contents=row.contents,
            trusted_at=row.trusted_at,
            trusted_by=row.trusted_by,
        )
        for row in found
    ]


async def put(session: Session, directory: str, contents: str, now: datetime, by: str) -> None:
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    values = {"contents": contents, "trusted_at": now, "trusted_by": by}
    await session.execute(
        insert(trusts)
        .values(directory=directory, **values)
        .on_conflict_do_update(index_elements=[trusts.c.directory], set_=values)
    )


async def delete(session: Session, directory: str) -> None:
    await session.execute(trusts.delete().where(trusts.c.directory == directory))
