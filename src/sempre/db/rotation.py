"""Changing the key: everything sealed is sealed anew, and only then the old key goes.

It may be killed at any moment and started again. Nobody else may have the database open meanwhile: a process that
knows only the old key would go on sealing with it.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sempre import crypto
from sempre.crypto import Keyring
from sempre.db.database import Database
from sempre.db.sealed import place
from sempre.db.tables import metadata
from sempre.errors import ConflictError, MisconfiguredError

_BATCH = 500  # rows in one transaction


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """How many values were sealed anew, and how many keys were given up."""

    resealed: int
    keys_dropped: int


async def rotate(db: Database, path: Path, *, archive: Path | None = None) -> Rotation:
    """Give the key file at `path` a new key, or finish a rotation that was broken off.

    `archive` gets the old keys, without which older backups do not open. Keys from the environment are left to the
    person who gives them: the first seals, and none is dropped. Raises MisconfiguredError when there is only one of
    those, ConflictError when somebody sealed with an old key meanwhile.
    """
    given = os.environ.get(crypto.ENVIRONMENT_NAME)
    keyring = _two_of(given) if given else await asyncio.to_thread(_with_new_key, path)
    resealed = await reseal(db, keyring)
    if given:
        return Rotation(resealed=resealed, keys_dropped=0)
    await asyncio.to_thread(_drop_old, keyring, path, archive)
    return Rotation(resealed=resealed, keys_dropped=len(keyring.keys) - 1)


def _two_of(given: str) -> Keyring:
    keyring = crypto.parse(given)
    if len(keyring.keys) == 1:
        raise MisconfiguredError(
            f"The key comes from {crypto.ENVIRONMENT_NAME}, which Sempre cannot change.",
            remedy="Put a new key (32 random bytes in base64) on a line before the old one there and rotate again; "
            "afterwards the old one can go.",
        )
    return keyring


def _with_new_key(path: Path) -> Keyring:
    """The keys to work with; from here on the file opens old and new values, whatever happens."""
    keyring = crypto.load(path, data_exists=True)
    if len(keyring.keys) == 1:
        keyring = keyring.rotated()
        crypto.store(path, keyring)
    return keyring


def _drop_old(keyring: Keyring, path: Path, archive: Path | None) -> None:
    if archive is not None:
        earlier = dict(crypto.parse(archive.read_text()).keys) if archive.exists() else {}
        old = {name: key for name, key in keyring.keys.items() if name != keyring.current}
        crypto.store(archive, Keyring({**earlier, **old}, next(iter(old))))
    crypto.store(path, keyring.without_old())


async def reseal(db: Database, keyring: Keyring) -> int:
    """Seal everything with the current key; gives how many values that were. Raises ConflictError when there are
    others again afterwards."""
    columns = sealed_columns()
    resealed = sum([await _reseal_column(db, keyring, column) for column in columns])
    left = sum([await _count_others(db, keyring, column) for column in columns])
    if left:
        raise ConflictError(
            f"{left} values were sealed with the old key meanwhile. Stop every Sempre that uses this database and "
            "rotate again; nothing is lost, both keys are kept."
        )
    return resealed


def sealed_columns() -> Sequence["sa.Column[bytes]"]:
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.info.get("sealed")
    ]


async def _reseal_column(db: Database, keyring: Keyring, column: "sa.Column[bytes]") -> int:
    done, last = 0, None
    while rows := await _reseal_batch(db, keyring, column, last):
        done += len(rows)
        last = rows[-1]
    return done


async def _reseal_batch(
    db: Database, keyring: Keyring, column: "sa.Column[bytes]", after: object
) -> list[Any]:
    """The keys of the rows that were sealed anew."""
    (key,) = column.table.primary_key.columns
    statement = sa.select(key, column).where(_others(keyring, column)).order_by(key).limit(_BATCH)
    if after is not None:
        statement = statement.where(key > after)
    async with db.transaction() as session:
        rows = list(await session.execute(statement))
        for row_id, sealed in rows:
            where = place(column, row_id)
            fresh = keyring.seal(keyring.open(sealed, where), where)
            await session.execute(
                column.table.update().where(key == row_id).values({column.name: fresh})
            )
    return [row_id for row_id, _ in rows]


async def _count_others(db: Database, keyring: Keyring, column: "sa.Column[bytes]") -> int:
    statement = sa.select(sa.func.count()).where(_others(keyring, column))
    async with db.reading() as session:
        return (await session.execute(statement)).scalar_one()


def _others(keyring: Keyring, column: "sa.Column[bytes]") -> "sa.ColumnElement[bool]":
    """Sealed with another key than the current one: its id stands in bytes two to five."""
    return sa.func.substr(column, 2, 4) != sa.literal(keyring.current, sa.LargeBinary)
