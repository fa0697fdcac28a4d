"""Gives a home a long past, while its server is down: ten thousand answered turns, one with a very long log.

Run as a program: `python -m tests.end_to_end.control_room.long_past HOME`. Only how the turns ended is written
past the features' own functions: one transaction a turn would take minutes.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from sempre import clock
from sempre.app import stores
from sempre.contract.messages import Inbound, TurnState
from sempre.conversations import StoredInbox
from sempre.crypto import Keyring
from sempre.db import Database
from sempre.db.sealed import place
from sempre.db.tables import turns
from sempre.events import Log
from sempre.home import Home
from sempre.settings import load

CHANNEL = "files:veteran"
TURNS = 10_000
LINES = 100_000
_WRITTEN_WITHIN = 300.0


async def write(db: Database, keyring: Keyring, node: str) -> None:
    """The last of the turns has the long log."""
    ids = await write_turns(db, keyring, node, CHANNEL, TURNS)
    log = Log(db, keyring)
    log.open()
    for line in range(LINES):
        log.append(
            "turn.note",
            {"code": "line", "message": f"line {line}"},
            channel=CHANNEL,
            turn_id=ids[-1],
        )
    async with asyncio.timeout(_WRITTEN_WITHIN):
        await log.flushed()
    await log.close()
    await db.close()


async def write_turns(
    db: Database, keyring: Keyring, node: str, channel: str, count: int
) -> list[str]:
    """Their ids, the oldest first."""
    unwritten = Log(db, keyring)  # what each turn's start would add to the log is not looked at
    ids = await _accept(StoredInbox(db, keyring, unwritten, _nowhere, node=node), channel, count)
    await _answer(db, keyring, ids)
    return ids


async def _nowhere(_submissions: object) -> None:
    """They have ended: nothing is left for the engine."""


async def _accept(inbox: StoredInbox, channel: str, count: int) -> list[str]:
    await inbox.open(channel)
    began = clock.now() - timedelta(hours=20)
    messages = [
        Inbound(
            channel=channel,
            external_id=f"past-{number}",
            text=f"Prompt number {number} of a long past",
            received_at=began + timedelta(seconds=6 * number),
        )
        for number in range(1, count + 1)
    ]
    return [accepted.turn_id for accepted in await inbox.accept(messages)]


async def _answer(db: Database, keyring: Keyring, ids: list[str]) -> None:
    now = clock.now()
    ended = {"state": TurnState.ANSWERED, "attempts": 1, "started_at": now, "finished_at": now}
    usage = {"input_tokens": 900, "output_tokens": 40, "cost_micros": 4100}
    cached = {"cache_read_tokens": 0, "cache_write_tokens": 0}
    statement = turns.update().where(turns.c.id == sa.bindparam("turn"))
    statement = statement.values(
        {**ended, **usage, **cached, "published_at": now, "answer": sa.bindparam("said")}
    )
    async with db.transaction() as session:
        await session.execute(
            statement,
            [
                {"turn": turn, "said": keyring.seal(f"Answer {at}", place(turns.c.answer, turn))}
                for at, turn in enumerate(ids, 1)
            ],
        )


def main(path: str) -> None:
    """Blocks until all is written."""
    home = Home(Path(path))
    keyring, db = stores.prepare(home, load(home.path))
    asyncio.run(write(db, keyring, home.node()))


if __name__ == "__main__":
    main(sys.argv[1])
