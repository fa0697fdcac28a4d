"""Rows of cards, with the newest run of each, its images and what it needs: three queries for any number of cards."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from sempre.board._store import runs
from sempre.board.card import Card, CardText, is_key
from sempre.board.words import Column, Priority
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import card_dependencies, card_images
from sempre.db.tables import cards as table
from sempre.db.tables import runs as runs_table
from sempre.errors import NotFoundError

_ORDER = {column: at for at, column in enumerate(Column)}
_SELECT = sa.select(table, *runs.HEAD).select_from(
    table.outerjoin(runs_table, runs_table.c.id == table.c.run_id)
)
_NEWEST_RUN = {
    by_key: sa.select(table.c.id, table.c.run_id).where(column == sa.bindparam("name"))
    for by_key, column in ((True, table.c.key), (False, table.c.id))
}


async def insert(session: Session, keyring: Keyring, card: Card) -> None:
    await session.execute(
        table.insert().values(
            id=card.id,
            board=card.board,
            number=card.number,
            key=card.key,
            column=card.column,
            rank=card.rank,
            **_text_values(keyring, card.id, card.text),
            version=card.version,
            created_at=card.created_at,
            created_by=card.created_by,
            changed_at=card.changed_at,
            changed_by=card.changed_by,
        )
    )
    await put_needs(session, card.id, card.text.needs)


async def change(session: Session, keyring: Keyring, card: Card) -> None:
    """What a person wrote on it, and its version."""
    await update(
        session,
        card.id,
        {
            **_text_values(keyring, card.id, card.text),
            "version": card.version,
            "changed_at": card.changed_at,
            "changed_by": card.changed_by,
        },
    )
    await put_needs(session, card.id, card.text.needs)


async def update(session: Session, card_id: str, values: Mapping[str, object]) -> None:
    await session.execute(table.update().where(table.c.id == card_id).values(dict(values)))


async def delete(session: Session, card_id: str) -> None:
    await session.execute(table.delete().where(table.c.id == card_id))


async def delete_of_board(session: Session, board: str) -> None:
    await session.execute(table.delete().where(table.c.board == board))


async def board_of(session: Session, card_id: str) -> str:
    """Raises NotFoundError."""
    found = await session.scalar(sa.select(table.c.board).where(table.c.id == card_id))
    if found is None:
        raise _unknown(card_id)
    return found


async def get(session: Session, keyring: Keyring, name: str) -> Card:
    """By id or key. Raises NotFoundError."""
    column = table.c.key if is_key(name) else table.c.id
    found = opened(await _read(session, _SELECT.where(column == name)), keyring)
    if not found:
        raise _unknown(name)
    return found[0]


async def newest_run(session: Session, name: str) -> tuple[str, str | None]:
    """(card, its newest run) by id or key. Raises NotFoundError."""
    found = (await session.execute(_NEWEST_RUN[is_key(name)], {"name": name})).one_or_none()
    if found is None:
        raise _unknown(name)
    return found[0], found[1]


@dataclass(frozen=True)
class Found:
    """Rows of cards as they were read, still sealed."""

    rows: Sequence[Row]
    needs: Mapping[str, Sequence[str]]
    images: Mapping[str, Sequence[str]]


async def some(
    session: Session,
    *,
    board: str | None = None,
    columns: Sequence[Column] = (),
    states: Sequence[str] = (),
) -> Found:
    """In the order of their columns. Without `columns`: all but the archived."""
    statement = _SELECT.order_by(table.c.rank, table.c.id)
    if board is not None:
        statement = statement.where(table.c.board == board)
    if columns:
        statement = statement.where(table.c.column.in_(columns))
    else:
        statement = statement.where(table.c.column != Column.ARCHIVED)
    if states:
        statement = statement.where(runs_table.c.state.in_(states))
    return await _read(session, statement)


def opened(found: Found, keyring: Keyring) -> list[Card]:
    """By board and column. Many take their time: a thread's."""
    return sorted(
        (_card(row, keyring, found) for row in found.rows),
        key=lambda card: (card.board, _ORDER[card.column]),
    )


async def column_of(session: Session, board: str, column: Column) -> Sequence[tuple[str, str]]:
    """Id and rank of its cards, in order."""
    statement = (
        sa.select(table.c.id, table.c.rank)
        .where(table.c.board == board, table.c.column == column)
        .order_by(table.c.rank, table.c.id)
    )
    return [(row.id, row.rank) for row in await session.execute(statement)]


async def counts(session: Session) -> Mapping[str, Mapping[Column, int]]:
    """Board to how many cards stand in each of its columns."""
    statement = sa.select(table.c.board, table.c.column, sa.func.count()).group_by(
        table.c.board, table.c.column
    )
    found: defaultdict[str, dict[Column, int]] = defaultdict(dict)
    for board, column, count in await session.execute(statement):
        found[board][Column(column)] = count
    return found


async def last_rank(session: Session, board: str, column: Column) -> str | None:
    """Of the card at its end; None: there is none."""
    statement = sa.select(sa.func.max(table.c.rank)).where(
        table.c.board == board, table.c.column == column
    )
    return await session.scalar(statement)


async def put_needs(session: Session, card_id: str, needs: Sequence[str]) -> None:
    await session.execute(card_dependencies.delete().where(card_dependencies.c.card_id == card_id))
    if needs:
        await session.execute(
            card_dependencies.insert(), [{"card_id": card_id, "needs": each} for each in needs]
        )


async def needs_of_board(session: Session, board: str) -> Mapping[str, Sequence[str]]:
    """Card to the cards that it needs, all of them."""
    statement = sa.select(card_dependencies).where(
        card_dependencies.c.card_id.in_(sa.select(table.c.id).where(table.c.board == board))
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await session.execute(statement):
        found[row.card_id].append(row.needs)
    return found


async def keys(session: Session, board: str, card_ids: Sequence[str]) -> Mapping[str, str]:
    """The keys of those of them that are on this board."""
    statement = sa.select(table.c.id, table.c.key).where(
        table.c.board == board, table.c.id.in_(card_ids)
    )
    return {row.id: row.key for row in await session.execute(statement)}


async def undone_needs(session: Session, board: str) -> Mapping[str, Sequence[str]]:
    """Card to the keys of those that it needs and that are not done, in the order of their numbers."""
    dependent = table.alias()
    statement = (
        sa.select(card_dependencies.c.card_id, table.c.key)
        .join(table, table.c.id == card_dependencies.c.needs)
        .join(dependent, dependent.c.id == card_dependencies.c.card_id)
        .where(dependent.c.board == board, table.c.done_at.is_(None))
        .order_by(table.c.number)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await session.execute(statement):
        found[row.card_id].append(row.key)
    return found


async def dependents(session: Session, card_id: str) -> Sequence[str]:
    """The keys of the cards that need this one."""
    statement = (
        sa.select(table.c.key)
        .join(card_dependencies, card_dependencies.c.card_id == table.c.id)
        .where(card_dependencies.c.needs == card_id)
        .order_by(table.c.number)
    )
    return (await session.execute(statement)).scalars().all()


async def _read(session: Session, statement: "sa.Select[Any]") -> Found:
    rows = (await session.execute(statement)).all()
    # The ids of one card: a list of a thousand reads what there is and takes its own.
    only = rows[0].id if len(rows) == 1 else None
    needs = await _lists(session, card_dependencies.c.card_id, card_dependencies.c.needs, only)
    images = await _lists(session, card_images.c.card_id, card_images.c.id, only)
    return Found(rows, needs, images)


async def _lists(
    session: Session, owner: "sa.Column[str]", value: "sa.Column[str]", only: str | None
) -> Mapping[str, Sequence[str]]:
    statement = sa.select(owner, value).order_by(value)
    if only is not None:
        statement = statement.where(owner == only)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for card_id, each in await session.execute(statement):
        found[card_id].append(each)
    return found


class _Words(msgspec.Struct, frozen=True):
    """What is sealed of a card."""

    title: str
    description: str
    labels: tuple[str, ...]


_reading = msgspec.json.Decoder(_Words)


def _text_values(keyring: Keyring, card_id: str, text: CardText) -> dict[str, object]:
    words = msgspec.json.encode(_Words(text.title, text.description, text.labels)).decode()
    return {
        "words": keyring.seal(words, place(table.c.words, card_id)),
        "priority": text.priority,
        "model": text.model,
        "budget_micros": text.budget_micros,
        "budget_tokens": text.budget_tokens,
        "spec_path": text.spec_path,
        "branch": text.branch,
    }


def _card(row: Row, keyring: Keyring, found: Found) -> Card:
    words = _reading.decode(keyring.open(row.words, place(table.c.words, row.id)))
    return Card(
        id=row.id,
        board=row.board,
        number=row.number,
        key=row.key,
        column=Column(row.column),
        rank=row.rank,
        text=CardText(
            title=words.title,
            description=words.description,
            labels=words.labels,
            priority=Priority(row.priority),
            needs=tuple(found.needs.get(row.id, ())),
            model=row.model,
            budget_micros=row.budget_micros,
            budget_tokens=row.budget_tokens,
            spec_path=row.spec_path,
            branch=row.branch,
        ),
        images=tuple(found.images.get(row.id, ())),
        version=row.version,
        run=runs.head(row, keyring),
        done_at=row.done_at,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        f"There is no card {name[:60]}. `sempre card list` lists those there are.",
        code="card_not_found",
    )
