"""The ledger's rows: one a model call."""

from datetime import datetime
from typing import Final, TypedDict

import sqlalchemy as sa

from sempre.budgets.totals import CallState
from sempre.db import Session
from sempre.db.tables import ledger


class Counts(TypedDict):
    """Tokens by kind."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class Opening(TypedDict):
    """What is known of a call before it leaves."""

    id: str
    channel: str
    turn_id: str | None
    attempt_id: str | None
    session_id: str
    agent: str | None
    model: str
    process: str
    started_at: datetime


class Closing(Counts):
    """What a call took."""

    state: CallState
    model: str
    cost_micros: int | None
    request_id: str | None
    ended_at: datetime


NOTHING: Final[Counts] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
}


# Built once: both stand in the way of every model call.
_OPEN = ledger.insert()
_CLOSE = (
    ledger.update()
    .where(ledger.c.id == sa.bindparam("entry"))
    .values({name: sa.bindparam(name) for name in sorted(Closing.__required_keys__)})
)


async def open_call(session: Session, opening: Opening) -> None:
    await session.execute(_OPEN, {**opening, **NOTHING, "state": CallState.IN_FLIGHT})


async def close_call(session: Session, entry: str, closing: Closing) -> None:
    await session.execute(_CLOSE, {**closing, "entry": entry})


async def abandon(session: Session, node: str, alive: str, at: datetime) -> int:
    """Calls in flight of the node's processes but for the one alive: how they ended is unknown. Gives how many."""
    left = sa.and_(
        ledger.c.state == CallState.IN_FLIGHT,
        ledger.c.process.startswith(f"{node}:", autoescape=True),
        ledger.c.process != alive,
    )
    result = await session.execute(
        ledger.update().where(left).values(state=CallState.UNKNOWN, ended_at=at)
    )
    return result.rowcount
