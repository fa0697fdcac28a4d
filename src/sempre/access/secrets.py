"""Credentials that a person stored: sealed in the database, concealed in every log."""

from sempre import clock
from sempre.access._store import secrets
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.telemetry.concealment import conceal


class Secrets:
    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring

    async def set(self, name: str, value: str) -> None:
        """Store it, in place of an earlier one."""
        conceal(value)
        async with self._db.transaction() as session:
            await secrets.put(session, self._keyring, name, value, clock.now())

    async def add(self, name: str, value: str) -> bool:
        """Store it; false when there is one, which stays."""
        conceal(value)
        async with self._db.transaction() as session:
            return await secrets.add(session, self._keyring, name, value, clock.now())

    async def get(self, name: str) -> str | None:
        async with self._db.reading() as session:
            value = await secrets.get(session, self._keyring, name)
        if value is not None:
            conceal(value)
        return value

    async def remove(self, name: str) -> bool:
        """Whether there was one."""
        async with self._db.transaction() as session:
            return await secrets.delete(session, name)
