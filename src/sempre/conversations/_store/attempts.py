"""Attempts at turns."""

from datetime import datetime

import sqlalchemy as sa

from sempre.contract.messages import Failure
from sempre.conversations.turn import Attempt
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import attempts

RUNNING = "running"
CRASHED = "crashed"
STOPPED = "stopped"

# Built once: these stand in the way of every turn.
_INSERT = attempts.insert()
_OF_TURN = (
    sa.select(attempts)
    .where(attempts.c.turn_id == sa.bindparam("turn"))
    .order_by(attempts.c.number)
)
_UPDATE_RUNNING = attempts.update().where(
    attempts.c.id == sa.bindparam("attempt"), attempts.c.state == RUNNING
)


async def insert(
    session: Session,
    *,
    attempt_id: str,
    turn_id: str,
    number: int,
    message_id: str,
    session_id: str,
    resumed: bool,
    now: datetime,
) -> None:
    await session.execute(
        _INSERT,
        {
            "id": attempt_id,
            "turn_id": turn_id,
            "number": number,
            "message_id": message_id,
            "session_id": session_id,
            "state": RUNNING,
            "counted": False,
            "resumed": resumed,
            "started_at": now,
        },
    )


async def of_turn(session: Session, keyring: Keyring, turn_id: str) -> list[Attempt]:
    rows = await session.execute(_OF_TURN, {"turn": turn_id})
    return [_attempt(row, keyring) for row in rows]


async def end(
    session: Session,
    keyring: Keyring,
    attempt_id: str,
    state: str,
    *,
    counted: bool,
    failure: Failure | None,
    now: datetime,
) -> bool:
    """False when it does not run any more: another process thought this one dead and took over."""
    sealed = (
        keyring.seal(failure.message, place(attempts.c.failure, attempt_id)) if failure else None
    )
    values = {
        "state": state,
        "counted": counted,
        "failure_kind": failure.kind if failure else None,
        "failure": sealed,
        "ended_at": now,
    }
    result = await session.execute(_UPDATE_RUNNING, {**values, "attempt": attempt_id})
    return result.rowcount == 1


async def stop(session: Session, attempt_id: str, now: datetime) -> bool:
    """Mark a running attempt as broken off by an orderly stop; such a one is never counted."""
    values = {"state": STOPPED, "ended_at": now}
    result = await session.execute(_UPDATE_RUNNING, {**values, "attempt": attempt_id})
    return result.rowcount == 1


def _attempt(row: Row, keyring: Keyring) -> Attempt:
    failure = None
    if row.failure_kind is not None:
        failure = Failure(
            kind=row.failure_kind,
            message=keyring.open(row.failure, place(attempts.c.failure, row.id)),
        )
    return Attempt(
        id=row.id,
        turn_id=row.turn_id,
        number=row.number,
        message_id=row.message_id,
        session_id=row.session_id,
        state=row.state,
        failure=failure,
        counted=row.counted,
        resumed=row.resumed,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
