"""Directives, sealed: they hold a person's instructions."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.conversations.directive import Directive, Told
from sempre.crypto import Keyring
from sempre.db import Session
from sempre.db.sealed import place
from sempre.db.tables import directives

# Built once: it stands in the way of every turn.
_GET = sa.select(directives).where(directives.c.channel == sa.bindparam("channel"))


async def get(session: Session, keyring: Keyring, channel: str) -> Directive:
    row = (await session.execute(_GET, {"channel": channel})).one_or_none()
    if row is None:
        return Directive(value=Told())
    text = keyring.open(row.value, place(directives.c.value, channel))
    return Directive(
        value=msgspec.json.decode(text, type=Told),
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


async def put(session: Session, keyring: Keyring, channel: str, directive: Directive) -> None:
    text = msgspec.json.encode(directive.value).decode()
    values = {
        "version": directive.version,
        "value": keyring.seal(text, place(directives.c.value, channel)),
        "changed_at": directive.changed_at,
        "changed_by": directive.changed_by,
    }
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    await session.execute(
        insert(directives)
        .values(channel=channel, **values)
        .on_conflict_do_update(index_elements=[directives.c.channel], set_=values)
    )
