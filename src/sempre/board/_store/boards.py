"""Rows of boards. Whoever changes a board's cards or runs holds its row first, so that one comes after the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from sempre.board.board import Board, BoardSettings
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import boards as table
from sempre.errors import NotFoundError

_LIVING = table.c.deleted_at.is_(None)


async def hold(session: Session, board_id: str) -> None:
    """Let nobody else change anything of this board until the transaction ends (on SQLite there is one writer
    anyway). Raises NotFoundError."""
    statement = sa.select(table.c.id).where(table.c.id == board_id, _LIVING).with_for_update()
    if await session.scalar(statement) is None:
        raise _unknown(board_id)


async def get(session: Session, keyring: Keyring, board_id: str) -> Board:
    """Raises NotFoundError."""
    row = (
        await session.execute(sa.select(table).where(table.c.id == board_id, _LIVING))
    ).one_or_none()
    if row is None:
        raise _unknown(board_id)
    return _board(row, keyring)


async def every(session: Session, keyring: Keyring) -> Sequence[Board]:
    rows = await session.execute(sa.select(table).where(_LIVING).order_by(table.c.id))
    return [_board(row, keyring) for row in rows]


async def ids(session: Session) -> Sequence[str]:
    return (
        (await session.execute(sa.select(table.c.id).where(_LIVING).order_by(table.c.id)))
        .scalars()
        .all()
    )


async def nodes(session: Session) -> Mapping[str, str | None]:
    """The machine of each board."""
    rows = await session.execute(sa.select(table.c.id, table.c.node).where(_LIVING))
    return {row.id: row.node for row in rows}


async def living(session: Session, board_id: str, prefix: str) -> str | None:
    """The board that has this id or this prefix already."""
    statement = sa.select(table.c.id).where(
        _LIVING, sa.or_(table.c.id == board_id, table.c.prefix == prefix)
    )
    return await session.scalar(statement.limit(1))


async def first_number(session: Session, board_id: str, prefix: str) -> int:
    """Where the numbers of a new board begin: after those of every board that had its id or prefix."""
    statement = sa.select(sa.func.max(table.c.next_number)).where(
        sa.or_(table.c.id == board_id, table.c.prefix == prefix)
    )
    return await session.scalar(statement) or 1


async def insert(session: Session, keyring: Keyring, board: Board, *, number: int) -> None:
    await session.execute(
        table.delete().where(table.c.id == board.id, table.c.deleted_at.is_not(None))
    )
    await session.execute(
        table.insert().values(
            id=board.id,
            prefix=board.prefix,
            node=board.node,
            settings=_sealed(keyring, board.id, board.settings),
            version=board.version,
            next_number=number,
            next_place=1,
            created_at=board.created_at,
            changed_at=board.changed_at,
            changed_by=board.changed_by,
        )
    )


async def change(session: Session, keyring: Keyring, board: Board) -> None:
    await session.execute(
        table.update()
        .where(table.c.id == board.id)
        .values(
            settings=_sealed(keyring, board.id, board.settings),
            version=board.version,
            changed_at=board.changed_at,
            changed_by=board.changed_by,
        )
    )


async def bury(session: Session, board_id: str, now: datetime) -> None:
    await session.execute(table.update().where(table.c.id == board_id).values(deleted_at=now))


async def take_number(session: Session, board_id: str) -> tuple[int, str]:
    """The number of its next card, and the prefix of its key."""
    statement = (
        table.update()
        .where(table.c.id == board_id)
        .values(next_number=table.c.next_number + 1)
        .returning(table.c.next_number, table.c.prefix)
    )
    row = (await session.execute(statement)).one()
    return row.next_number - 1, row.prefix


async def take_place(session: Session, board_id: str) -> int:
    """The next place in its queue."""
    statement = (
        table.update()
        .where(table.c.id == board_id)
        .values(next_place=table.c.next_place + 1)
        .returning(table.c.next_place)
    )
    return (await session.execute(statement)).scalar_one() - 1


def _sealed(keyring: Keyring, board_id: str, settings: BoardSettings) -> bytes:
    text = msgspec.json.encode(settings).decode()
    return keyring.seal(text, place(table.c.settings, board_id))


def _board(row: Row, keyring: Keyring) -> Board:
    text = keyring.open(row.settings, place(table.c.settings, row.id))
    return Board(
        id=row.id,
        prefix=row.prefix,
        node=row.node,
        settings=msgspec.json.decode(text, type=BoardSettings),
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _unknown(board_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no board {board_id[:60]}. `sempre board` lists those there are.",
        code="board_not_found",
    )
