"""Comments on lines of a run's diff, sealed."""

from collections.abc import Sequence

import sqlalchemy as sa

from sempre.board.run import LineComment
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import run_comments as table
from sempre.errors import NotFoundError


async def insert(session: Session, keyring: Keyring, comment: LineComment) -> None:
    await session.execute(
        table.insert().values(
            id=comment.id,
            run_id=comment.run_id,
            file=comment.file,
            line=comment.line,
            side=comment.side,
            text=keyring.seal(comment.text, place(table.c.text, comment.id)),
            by=comment.by,
            at=comment.at,
        )
    )


async def get(session: Session, keyring: Keyring, comment_id: str) -> LineComment:
    """Raises NotFoundError."""
    row = (await session.execute(sa.select(table).where(table.c.id == comment_id))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no comment {comment_id[:60]}; it may have been removed.",
            code="comment_not_found",
        )
    return _comment(row, keyring)


async def of_run(session: Session, keyring: Keyring, run_id: str) -> Sequence[LineComment]:
    """Those on its diff, oldest first."""
    statement = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.id)
    return [_comment(row, keyring) for row in await session.execute(statement)]


async def sent_in(session: Session, keyring: Keyring, run_id: str) -> Sequence[LineComment]:
    """Those that this run's agent got, oldest first."""
    statement = sa.select(table).where(table.c.sent_in == run_id).order_by(table.c.id)
    return [_comment(row, keyring) for row in await session.execute(statement)]


async def send(session: Session, frm: str, to: str, *, again: bool) -> int:
    """Give what was not sent yet of one run's diff to another; with `again` also what the first one got itself. Gives
    how many that were."""
    wanted = sa.and_(table.c.run_id == frm, table.c.sent_in.is_(None))
    if again:
        wanted = sa.or_(wanted, table.c.sent_in == frm)
    result = await session.execute(table.update().where(wanted).values(sent_in=to))
    return result.rowcount


async def delete(session: Session, comment_id: str) -> None:
    await session.execute(table.delete().where(table.c.id == comment_id))


def _comment(row: Row, keyring: Keyring) -> LineComment:
    return LineComment(
        id=row.id,
        run_id=row.run_id,
        file=row.file,
        line=row.line,
        side=row.side,
        text=keyring.open(row.text, place(table.c.text, row.id)),
        by=row.by,
        at=row.at,
        sent_in=row.sent_in,
    )
