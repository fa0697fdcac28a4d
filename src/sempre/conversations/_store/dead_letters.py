"""What failed for good."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.contract.messages import Failure
from sempre.conversations.letters import Addressed, Wanted
from sempre.conversations.turn import DeadLetter
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import dead_letters
from sempre.errors import NotFoundError


async def insert(
    session: Session,
    keyring: Keyring,
    *,
    letter_id: str,
    turn_id: str,
    channel: str,
    failure: Failure,
    now: datetime,
) -> None:
    await session.execute(
        dead_letters.insert().values(
            id=letter_id,
            turn_id=turn_id,
            channel=channel,
            failure_kind=failure.kind,
            failure=keyring.seal(failure.message, place(dead_letters.c.failure, letter_id)),
            created_at=now,
        )
    )


async def resolve(session: Session, turn_id: str, resolution: str, now: datetime) -> int:
    """Close the open letter of this turn; gives how many there were."""
    result = await session.execute(
        dead_letters.update()
        .where(dead_letters.c.turn_id == turn_id, dead_letters.c.resolved_at.is_(None))
        .values(resolved_at=now, resolution=resolution)
    )
    return result.rowcount


async def get(session: Session, keyring: Keyring, letter_id: str) -> DeadLetter:
    """An open letter."""
    row = (
        await session.execute(
            sa.select(dead_letters).where(
                dead_letters.c.id == letter_id, dead_letters.c.resolved_at.is_(None)
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no dead letter {letter_id}, or it was retried or purged already. "
            "`sempre dead list` lists those that wait.",
            code="dead_letter_not_found",
        )
    return _letter(row, keyring)


async def page(
    session: Session, keyring: Keyring, wanted: Wanted, *, before: str | None, limit: int
) -> Sequence[DeadLetter]:
    """Open letters, newest first."""
    statement = (
        sa.select(dead_letters)
        .where(*_matching(wanted))
        .order_by(dead_letters.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(dead_letters.c.id < before)
    return [_letter(row, keyring) for row in await session.execute(statement)]


async def count(session: Session, wanted: Wanted) -> int:
    statement = sa.select(sa.func.count()).select_from(dead_letters).where(*_matching(wanted))
    return (await session.execute(statement)).scalar_one()


async def oldest(session: Session, wanted: Wanted, limit: int) -> Sequence[Addressed]:
    """Open letters, oldest first, unopened."""
    statement = (
        sa.select(dead_letters.c.id, dead_letters.c.turn_id, dead_letters.c.channel)
        .where(*_matching(wanted))
        .order_by(dead_letters.c.id)
        .limit(limit)
    )
    rows = await session.execute(statement)
    return [Addressed(id=row.id, turn_id=row.turn_id, channel=row.channel) for row in rows]


async def purge(session: Session, letter_ids: Sequence[str], now: datetime) -> Sequence[str]:
    """Close these; gives those that were open until now."""
    statement = (
        dead_letters.update()
        .where(dead_letters.c.id.in_(letter_ids), dead_letters.c.resolved_at.is_(None))
        .values(resolved_at=now, resolution="purged")
        .returning(dead_letters.c.id)
    )
    return list((await session.execute(statement)).scalars())


def _matching(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [dead_letters.c.resolved_at.is_(None)]
    if wanted.channel is not None:
        found.append(dead_letters.c.channel == wanted.channel)
    if wanted.kind is not None:
        found.append(dead_letters.c.failure_kind == wanted.kind)
    if wanted.created_before is not None:
        found.append(dead_letters.c.created_at < wanted.created_before)
    return found


def _letter(row: Row, keyring: Keyring) -> DeadLetter:
    text = keyring.open(row.failure, place(dead_letters.c.failure, row.id))
    return DeadLetter(
        id=row.id,
        turn_id=row.turn_id,
        channel=row.channel,
        failure=Failure(kind=row.failure_kind, message=text),
        created_at=row.created_at,
    )
