"""What the database of a home says while nobody runs that could be asked. Reads only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sempre import crypto
from sempre.access import Connection, Connections, Secrets, find
from sempre.audit import Trail
from sempre.cli.diagnosis.finding import Examined
from sempre.cli.diagnosis.stores import address
from sempre.contract.messages import TurnState
from sempre.conversations import StoredInbox, Submission, Turns
from sempre.crypto import Keyring
from sempre.db import Database, schema
from sempre.events import Log


def is_readable(examined: Examined) -> bool:
    """There is a database, it has this release's schema, and the key is there. Blocks."""
    if not examined.has_data:
        return False
    try:
        crypto.load(examined.home.key, data_exists=True)
        return schema.revision(address(examined)) == schema.HEAD
    except Exception:  # noqa: BLE001  (an edge: what is wrong with either is another check's finding)
        return False


async def connection(examined: Examined, environment: Mapping[str, str]) -> Connection:
    """Raises SempreError."""
    if not is_readable(examined):
        return find(environment, None)
    async with _open(examined) as (db, keyring):
        return await Connections(Secrets(db, keyring), environment, Trail(db, keyring)).current()


async def unfinished(examined: Examined) -> Mapping[TurnState, int]:
    """How many turns there are in each state that is no end."""
    async with _open(examined) as (db, keyring):
        return await Turns(db, keyring, Log(db, keyring)).open_count()


async def without_turn(
    examined: Examined, claims: Mapping[str, Sequence[str]]
) -> Mapping[str, int]:
    """How many of a channel's claims no turn was made of, by channel."""
    async with _open(examined) as (db, keyring):
        inbox = StoredInbox(db, keyring, Log(db, keyring), _submit_nothing, node=None)
        return {
            channel: len(set(ids) - set(await inbox.published(channel, ids)))
            for channel, ids in claims.items()
        }


@asynccontextmanager
async def _open(examined: Examined) -> AsyncIterator[tuple[Database, Keyring]]:
    db = Database(address(examined))
    try:
        yield db, crypto.load(examined.home.key, data_exists=True)
    finally:
        await db.close()


async def _submit_nothing(_submissions: Sequence[Submission]) -> None:
    raise AssertionError("a look at the database submits nothing")
