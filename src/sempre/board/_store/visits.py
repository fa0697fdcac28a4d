"""Rows of visits: each stage of a run, as often as the run came to it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from sempre.board.run import Ended, LogPart, Verdict, Visit
from sempre.board.words import Decision, Result, Stage, VisitKind
from sempre.contract.messages import Failure
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import run_stages as table
from sempre.db.tables import runs
from sempre.errors import NotFoundError

_LOG_PARTS = (
    sa.select(table.c.turn_id, table.c.stage, table.c.position, table.c.log_offset)
    .where(table.c.run_id == sa.bindparam("run"), table.c.turn_id.is_not(None))
    .order_by(table.c.position)
)


async def insert(session: Session, visit: Visit) -> None:
    await session.execute(
        table.insert().values(
            id=visit.id,
            run_id=visit.run_id,
            position=visit.position,
            stage=visit.stage,
            kind=visit.kind,
            log_offset=visit.log_offset,
            began_at=visit.began_at,
        )
    )


async def get(session: Session, keyring: Keyring, visit_id: str) -> Visit:
    """Raises NotFoundError."""
    row = (await session.execute(sa.select(table).where(table.c.id == visit_id))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no visit {visit_id[:60]}. A run's page lists its stages.",
            code="visit_not_found",
        )
    return _visit(row, keyring)


async def run_of(session: Session, visit_id: str) -> str:
    """Raises NotFoundError."""
    found = await session.scalar(sa.select(table.c.run_id).where(table.c.id == visit_id))
    if found is None:
        raise NotFoundError(
            f"There is no visit {visit_id[:60]}. A run's page lists its stages.",
            code="visit_not_found",
        )
    return found


async def of_run(session: Session, keyring: Keyring, run_id: str) -> Sequence[Visit]:
    """In their order."""
    return (await of_runs(session, keyring, [run_id]))[run_id]


async def of_runs(
    session: Session, keyring: Keyring, run_ids: Sequence[str]
) -> Mapping[str, Sequence[Visit]]:
    found: defaultdict[str, list[Visit]] = defaultdict(list)
    statement = (
        sa.select(table)
        .where(table.c.run_id.in_(run_ids))
        .order_by(table.c.run_id, table.c.position)
    )
    for row in await session.execute(statement):
        found[row.run_id].append(_visit(row, keyring))
    return found


async def log_parts(session: Session, run_id: str) -> Sequence[LogPart]:
    """In their order."""
    return [
        LogPart(turn_id, Stage(stage), position, offset)
        for turn_id, stage, position, offset in await session.execute(_LOG_PARTS, {"run": run_id})
    ]


async def turns_of(session: Session, run_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    statement = sa.select(table.c.run_id, table.c.turn_id).where(
        table.c.run_id.in_(run_ids), table.c.turn_id.is_not(None)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for run_id, turn_id in await session.execute(statement):
        found[run_id].append(turn_id)
    return found


async def turns_of_open_runs(session: Session, turn_ids: Sequence[str]) -> frozenset[str]:
    """Of these turns those whose run has not ended."""
    statement = (
        sa.select(table.c.turn_id)
        .join(runs, runs.c.id == table.c.run_id)
        .where(table.c.turn_id.in_(turn_ids), runs.c.ended_at.is_(None))
    )
    return frozenset((await session.execute(statement)).scalars())


async def of_turn(session: Session, keyring: Keyring, turn_id: str) -> Visit | None:
    row = (await session.execute(sa.select(table).where(table.c.turn_id == turn_id))).one_or_none()
    return None if row is None else _visit(row, keyring)


async def update(session: Session, visit_id: str, values: Mapping[str, object]) -> None:
    await session.execute(table.update().where(table.c.id == visit_id).values(dict(values)))


async def begin(session: Session, visit_id: str, values: Mapping[str, object]) -> bool:
    """Fill in what is empty yet; false when nothing was. What was written once stays: a stage that is repeated after a
    crash begins from what stood there."""
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        return False
    result = await session.execute(
        table.update()
        .where(
            table.c.id == visit_id,
            sa.or_(*(table.c[name].is_(None) for name in given)),
        )
        .values({name: sa.func.coalesce(table.c[name], value) for name, value in given.items()})
    )
    return result.rowcount == 1


def end_values(keyring: Keyring, visit_id: str, ended: Ended) -> dict[str, object]:
    values: dict[str, object] = {
        "result": ended.result,
        "head": ended.head,
        "exit_code": ended.exit_code,
    }
    if ended.output is not None:
        values["output"] = keyring.seal(ended.output, place(table.c.output, visit_id))
    if ended.verdict is not None:
        text = msgspec.json.encode(ended.verdict).decode()
        values["verdict"] = keyring.seal(text, place(table.c.verdict, visit_id))
    if ended.failure is not None:
        values["failure_kind"] = ended.failure.kind
        values["failure"] = keyring.seal(ended.failure.message, place(table.c.failure, visit_id))
    return values


def sealed_comments(keyring: Keyring, visit_id: str, text: str | None) -> bytes | None:
    return None if text is None else keyring.seal(text, place(table.c.comments, visit_id))


def _visit(row: Row, keyring: Keyring) -> Visit:
    def opened(column: "sa.Column[bytes]") -> str | None:
        sealed = getattr(row, column.name)
        return None if sealed is None else keyring.open(sealed, place(column, row.id))

    verdict, failure = opened(table.c.verdict), opened(table.c.failure)
    return Visit(
        id=row.id,
        run_id=row.run_id,
        position=row.position,
        stage=Stage(row.stage),
        kind=VisitKind(row.kind),
        result=None if row.result is None else Result(row.result),
        turn_id=row.turn_id,
        session_id=row.session_id,
        worktree=row.worktree,
        base=row.base,
        head=row.head,
        exit_code=row.exit_code,
        output=opened(table.c.output),
        verdict=None if verdict is None else msgspec.json.decode(verdict, type=Verdict),
        failure=None if failure is None else Failure(kind=row.failure_kind, message=failure),
        decision=None if row.decision is None else Decision(row.decision),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        comments=opened(table.c.comments),
        log_offset=row.log_offset,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
