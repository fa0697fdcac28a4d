"""The keys that rows were signed with, sealed under the key file's."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sempre.audit.chain import SigningKey
from sempre.crypto import Keyring, UnreadableError
from sempre.db import Session
from sempre.db.sealed import place
from sempre.db.tables import audit_keys


async def keep(session: Session, keyring: Keyring, key: SigningKey, now: datetime) -> None:
    """Known from now on, also when the key file has another key one day."""
    insert = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    sealed = keyring.seal(key.value.hex(), place(audit_keys.c.value, key.id))
    row = {"id": key.id, "value": sealed, "created_at": now}
    await session.execute(insert(audit_keys).values(row).on_conflict_do_nothing())


async def every(session: Session, keyring: Keyring) -> Mapping[str, SigningKey]:
    """By id. One that does not open is left out: what it signed cannot be verified."""
    found: dict[str, SigningKey] = {}
    for row in await session.execute(sa.select(audit_keys)):
        try:
            value = keyring.open(row.value, place(audit_keys.c.value, row.id))
        except UnreadableError:
            continue
        found[row.id] = SigningKey(row.id, bytes.fromhex(value))
    return found
