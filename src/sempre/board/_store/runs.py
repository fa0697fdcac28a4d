"""Rows of runs. `HEAD` is what lists need: it joins to cards in one query."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from sempre.board.run import Run, RunHead, RunInput
from sempre.board.stages import Rules
from sempre.board.words import (
    RunKind,
    RunState,
    SessionChoice,
    Settlement,
    Stage,
    VisitKind,
    Wait,
)
from sempre.contract.messages import Failure
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import run_stages
from sempre.db.tables import runs as table
from sempre.errors import NotFoundError

HEAD = [
    table.c[name].label(f"newest_{name}")
    for name in (
        "id",
        "card_id",
        "board",
        "number",
        "kind",
        "state",
        "stage",
        "wait",
        "waits_on",
        "waits_since",
        "cancel_requested",
        "failure_kind",
        "failure",
        "settlement",
        "branch",
        "queued_at",
        "started_at",
        "ended_at",
        "ended_by",
        "settled_by",
    )
]
UNDER_WAY = (RunState.RUNNING, RunState.WAITING)
_ONE = sa.select(table).where(table.c.id == sa.bindparam("run"))
_ACTIVE = table.c.ended_at.is_(None)
_OURS = table.c.kind == RunKind.RUN
_GOES_ON = sa.and_(table.c.state == RunState.WAITING, table.c.wait == Wait.WIP)


async def insert(session: Session, keyring: Keyring, run: Run, *, place_in_queue: int) -> None:
    sealed = keyring.seal(msgspec.json.encode(run.input).decode(), place(table.c.input, run.id))
    await session.execute(
        table.insert().values(
            id=run.id,
            card_id=run.card_id,
            board=run.board,
            number=run.number,
            kind=run.kind,
            state=run.state,
            stage=run.stage,
            place=place_in_queue,
            wait=run.wait,
            waits_since=run.waits_since,
            cancel_requested=False,
            first_stage=run.rules.first,
            first_kind=run.rules.first_kind,
            only=run.rules.only,
            approve_plan=run.rules.approve_plan,
            fixes=run.rules.fixes,
            reviews=run.rules.reviews,
            input=sealed,
            session=run.session,
            session_id=run.session_id,
            workflow=run.workflow,
            previous=run.previous,
            continues=run.continues,
            branch=run.branch,
            worktree=run.worktree,
            base=run.base,
            head=run.head,
            by=run.by,
            queued_at=run.queued_at,
            started_at=run.started_at,
        )
    )


async def get(session: Session, keyring: Keyring, run_id: str) -> Run:
    """Raises NotFoundError."""
    row = (await session.execute(_ONE, {"run": run_id})).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no run {run_id[:60]}. A card's page lists its runs.", code="run_not_found"
        )
    return _run(row, keyring)


async def board_of(session: Session, run_id: str) -> str:
    """Raises NotFoundError."""
    found = await session.scalar(sa.select(table.c.board).where(table.c.id == run_id))
    if found is None:
        raise NotFoundError(
            f"There is no run {run_id[:60]}. A card's page lists its runs.", code="run_not_found"
        )
    return found


async def of_card(session: Session, keyring: Keyring, card_id: str) -> Sequence[Run]:
    """Newest first."""
    statement = sa.select(table).where(table.c.card_id == card_id).order_by(table.c.number.desc())
    return [_run(row, keyring) for row in await session.execute(statement)]


async def some(session: Session, keyring: Keyring, run_ids: Sequence[str]) -> Sequence[Run]:
    statement = sa.select(table).where(table.c.id.in_(run_ids))
    return [_run(row, keyring) for row in await session.execute(statement)]


async def of_board(session: Session, board: str) -> Sequence[str]:
    """Ids of all."""
    return (
        (await session.execute(sa.select(table.c.id).where(table.c.board == board))).scalars().all()
    )


async def on_branches(
    session: Session, keyring: Keyring, board: str, branches: Sequence[str]
) -> Sequence[Run]:
    statement = sa.select(table).where(table.c.board == board, table.c.branch.in_(branches))
    return [_run(row, keyring) for row in await session.execute(statement)]


async def under_way(session: Session, keyring: Keyring) -> Sequence[Run]:
    """Those of ours that have begun and not ended, oldest first: each must have an owner."""
    statement = sa.select(table).where(_OURS, table.c.state.in_(UNDER_WAY)).order_by(table.c.id)
    return [_run(row, keyring) for row in await session.execute(statement)]


async def in_line(session: Session, keyring: Keyring, board: str) -> Sequence[Run]:
    """Those that wait for a place, in the order of the queue: not begun, or held up by a person who has decided."""
    statement = (
        sa.select(table)
        .where(table.c.board == board, sa.or_(table.c.state == RunState.QUEUED, _GOES_ON))
        .order_by(table.c.place)
    )
    return [_run(row, keyring) for row in await session.execute(statement)]


async def count_placed(session: Session, board: str) -> int:
    """How many hold one of the board's places: all that have begun, but for those that wait for a person or, after
    that, for a place."""
    holds = sa.or_(
        table.c.state == RunState.RUNNING,
        sa.and_(table.c.state == RunState.WAITING, table.c.wait == Wait.STAGE_WIP),
    )
    statement = sa.select(sa.func.count()).where(_OURS, table.c.board == board, holds)
    return (await session.execute(statement)).scalar_one()


async def in_stage(session: Session, board: str, stage: Stage, *, but: str) -> int:
    """How many others are in this stage now. One that has begun with no visit yet is in none."""
    statement = sa.select(sa.func.count()).where(
        _OURS,
        table.c.board == board,
        table.c.state == RunState.RUNNING,
        table.c.stage == stage,
        table.c.id != but,
        sa.exists().where(run_stages.c.run_id == table.c.id),
    )
    return (await session.execute(statement)).scalar_one()


async def waiting_for_stage(session: Session, board: str) -> Sequence[tuple[str, str]]:
    """Run and stage of those that wait for room in one, in the order in which they came to it."""
    statement = (
        sa.select(table.c.id, table.c.waits_on)
        .where(table.c.board == board, table.c.wait == Wait.STAGE_WIP, _ACTIVE)
        .order_by(table.c.waits_since, table.c.id)
    )
    return [(row.id, json.loads(row.waits_on)[0]) for row in await session.execute(statement)]


async def active_of_board(session: Session, board: str) -> Sequence[str]:
    """Ids of the cards that have an active run."""
    statement = sa.select(table.c.card_id).where(table.c.board == board, _ACTIVE)
    return (await session.execute(statement)).scalars().all()


async def unsettled_of_board(session: Session, board: str) -> Sequence[str]:
    """Ids of the cards with work that is neither merged nor discarded."""
    statement = (
        sa.select(table.c.card_id)
        .where(table.c.board == board, table.c.branch.is_not(None), table.c.settlement.is_(None))
        .distinct()
    )
    return (await session.execute(statement)).scalars().all()


async def standing(session: Session) -> Mapping[str, int]:
    """How many of ours there are in each state that is no end."""
    statement = (
        sa.select(table.c.state, sa.func.count()).where(_OURS, _ACTIVE).group_by(table.c.state)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def update(session: Session, run_id: str, values: Mapping[str, object]) -> None:
    await session.execute(table.update().where(table.c.id == run_id).values(dict(values)))


def failure_values(keyring: Keyring, run_id: str, failure: Failure) -> dict[str, object]:
    return {
        "failure_kind": failure.kind,
        "failure": keyring.seal(failure.message, place(table.c.failure, run_id)),
    }


def result_values(keyring: Keyring, run_id: str, text: str) -> dict[str, object]:
    return {"result": keyring.seal(text, place(table.c.result, run_id))}


def waiting_values(
    wait: Wait | None, on: Sequence[str] = (), since: datetime | None = None
) -> dict[str, object]:
    return {"wait": wait, "waits_on": json.dumps(list(on)) if on else None, "waits_since": since}


def head(row: Row, keyring: Keyring) -> RunHead | None:
    """From a row that has HEAD's columns; None where the join found no run."""
    return None if row.newest_id is None else RunHead(**_head(_Prefixed(row), keyring))


class _Prefixed:
    """HEAD's columns under their own names."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"newest_{name}")


def _head(row: Row, keyring: Keyring) -> dict[str, Any]:
    return {
        "id": row.id,
        "card_id": row.card_id,
        "board": row.board,
        "number": row.number,
        "kind": RunKind(row.kind),
        "state": RunState(row.state),
        "stage": Stage(row.stage),
        "wait": None if row.wait is None else Wait(row.wait),
        "waits_on": tuple(json.loads(row.waits_on)) if row.waits_on else (),
        "waits_since": row.waits_since,
        "cancel_requested": row.cancel_requested,
        "failure": _failure(row, keyring),
        "settlement": None if row.settlement is None else Settlement(row.settlement),
        "has_work": row.branch is not None,
        "queued_at": row.queued_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by,
        "settled_by": row.settled_by,
    }


def _failure(row: Row, keyring: Keyring) -> Failure | None:
    if row.failure_kind is None:
        return None
    message = keyring.open(row.failure, place(table.c.failure, row.id))
    return Failure(kind=row.failure_kind, message=message)


def _run(row: Row, keyring: Keyring) -> Run:
    given = keyring.open(row.input, place(table.c.input, row.id))
    result = row.result and keyring.open(row.result, place(table.c.result, row.id))
    return Run(
        **_head(row, keyring),
        rules=Rules(
            first=Stage(row.first_stage),
            first_kind=VisitKind(row.first_kind),
            only=row.only,
            approve_plan=row.approve_plan,
            fixes=row.fixes,
            reviews=row.reviews,
        ),
        input=msgspec.json.decode(given, type=RunInput),
        session=SessionChoice(row.session),
        session_id=row.session_id,
        workflow=row.workflow,
        previous=row.previous,
        continues=row.continues,
        branch=row.branch,
        worktree=row.worktree,
        base=row.base,
        head=row.head,
        result=result,
        by=row.by,
        settled_at=row.settled_at,
        settled_commit=row.settled_commit,
    )
