"""Turns: stored sealed, given back opened."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.contract.messages import ENDED, Failure, Inbound, TurnState, Usage
from sempre.conversations.hold import Sleeper
from sempre.conversations.turn import Turn
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import turns
from sempre.errors import NotFoundError

_OPEN = [state.value for state in TurnState if state not in ENDED]

# Built once: these stand in the way of every turn.
_GET = sa.select(turns).where(turns.c.id == sa.bindparam("turn"))
_HOLD = _GET.with_for_update()
_ON_CHANNEL = sa.select(
    turns.c.external_id, turns.c.id, turns.c.number, turns.c.published_at.is_not(None)
).where(turns.c.channel == sa.bindparam("on"))
_KNOWN = _ON_CHANNEL.where(turns.c.external_id == sa.bindparam("wanted"))
_KNOWN_OF_MANY = _ON_CHANNEL.where(turns.c.external_id.in_(sa.bindparam("wanted", expanding=True)))
_INSERT = turns.insert()
_UPDATE = turns.update().where(turns.c.id == sa.bindparam("turn"))
_BOOK = _UPDATE.where(turns.c.input_tokens.is_(None))
_PUBLISH = _UPDATE.where(turns.c.published_at.is_(None))


def new_row(
    keyring: Keyring,
    turn_id: str,
    message: Inbound,
    *,
    seq: int,
    number: int,
    workflow: str,
    now: datetime,
) -> dict[str, object]:
    """The row of a message that just came in; one that can't be answered has ended already."""
    failed = message.failure
    return {
        "id": turn_id,
        "channel": message.channel,
        "seq": seq,
        "number": number,
        "external_id": message.external_id,
        "state": TurnState.FAILED if failed else TurnState.QUEUED,
        "cancel_requested": False,
        "origin": json.dumps(dict(message.origin)),
        "prompt": keyring.seal(message.text, place(turns.c.prompt, turn_id)),
        "failure_kind": failed.kind if failed else None,
        "failure": keyring.seal(failed.message, place(turns.c.failure, turn_id))
        if failed
        else None,
        "workflow": workflow,
        "attempts": 0,
        "errors": 0,
        "transient_errors": 0,
        "forgotten_attempts": 0,
        "received_at": message.received_at,
        "finished_at": now if failed else None,
    }


async def insert(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    await session.execute(_INSERT, [dict(row) for row in rows])


async def known(
    session: Session, channel: str, external_ids: Iterable[str]
) -> Mapping[str, tuple[str, int, bool]]:
    """For each external id that has a turn: its id, its number, whether it was given out."""
    wanted = list(external_ids)
    if len(wanted) == 1:
        rows = await session.execute(_KNOWN, {"on": channel, "wanted": wanted[0]})
    else:
        rows = await session.execute(_KNOWN_OF_MANY, {"on": channel, "wanted": wanted})
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def get(session: Session, keyring: Keyring, turn_id: str, *, lock: bool = False) -> Turn:
    """One turn; `lock` holds it until the transaction ends (on SQLite there is one writer anyway)."""
    row = (await session.execute(_HOLD if lock else _GET, {"turn": turn_id})).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no turn {turn_id}. `sempre turns` lists them.", code="turn_not_found"
        )
    return _turn(row, keyring)


async def of_ids(session: Session, keyring: Keyring, turn_ids: Iterable[str]) -> list[Turn]:
    statement = sa.select(turns).where(turns.c.id.in_(list(turn_ids)))
    return [_turn(row, keyring) for row in await session.execute(statement)]


async def update(session: Session, turn_id: str, values: Mapping[str, object]) -> None:
    await session.execute(_UPDATE, {**values, "turn": turn_id})


async def record_usage(session: Session, turn_id: str, usage: Usage) -> bool:
    """False when it was recorded before."""
    result = await session.execute(_BOOK, {**usage_values(usage), "turn": turn_id})
    return result.rowcount == 1


async def mark_published(session: Session, turn_id: str, now: datetime) -> bool:
    """False when it was marked before."""
    result = await session.execute(_PUBLISH, {"published_at": now, "turn": turn_id})
    return result.rowcount == 1


def sealed_answer(keyring: Keyring, turn_id: str, text: str) -> bytes:
    return keyring.seal(text, place(turns.c.answer, turn_id))


def sealed_prompt(keyring: Keyring, turn_id: str, text: str) -> bytes:
    return keyring.seal(text, place(turns.c.prompt, turn_id))


def failure_values(keyring: Keyring, turn_id: str, failure: Failure | None) -> dict[str, object]:
    if failure is None:
        return {"failure_kind": None, "failure": None}
    return {
        "failure_kind": failure.kind,
        "failure": keyring.seal(failure.message, place(turns.c.failure, turn_id)),
    }


async def page(
    session: Session,
    keyring: Keyring,
    *,
    channel: str | None,
    states: Sequence[TurnState],
    number: int | None,
    before: str | None,
    limit: int,
) -> list[Turn]:
    """Newest first; `before` is the id of the last turn of the page before."""
    statement = sa.select(turns).order_by(turns.c.id.desc()).limit(limit)
    if channel is not None:
        statement = statement.where(turns.c.channel == channel)
    if states:
        statement = statement.where(turns.c.state.in_(states))
    if number is not None:
        statement = statement.where(turns.c.number == number)
    if before is not None:
        statement = statement.where(turns.c.id < before)
    return [_turn(row, keyring) for row in await session.execute(statement)]


async def unfinished(
    session: Session, channels: Sequence[str] | None = None
) -> list[tuple[str, str, int, str]]:
    """(id, channel, seq, workflow) of all that is not yet given out, in the order of their channels' sequence."""
    statement = (
        sa.select(turns.c.id, turns.c.channel, turns.c.seq, turns.c.workflow)
        .where(turns.c.published_at.is_(None))
        .order_by(turns.c.channel, turns.c.seq)
    )
    if channels is not None:
        statement = statement.where(turns.c.channel.in_(channels))
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


async def parked(session: Session, kind: str) -> list[str]:
    """Ids of those that are parked for this kind of reason, oldest first."""
    wanted = (turns.c.state == TurnState.PARKED, turns.c.failure_kind == kind)
    statement = sa.select(turns.c.id).where(*wanted).order_by(turns.c.id)
    return list((await session.execute(statement)).scalars())


async def depth(session: Session) -> Mapping[str, tuple[int, datetime | None]]:
    """For each channel with open turns: how many wait and since when the oldest does."""
    statement = (
        sa.select(
            turns.c.channel,
            sa.func.count(),
            sa.func.min(turns.c.received_at, type_=turns.c.received_at.type),
        )
        .where(turns.c.state.in_([TurnState.QUEUED, TurnState.PARKED, TurnState.WAITING]))
        .group_by(turns.c.channel)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(statement)}


async def live(session: Session, keyring: Keyring) -> list[Turn]:
    """What runs, waits for a person or is parked now."""
    states = [TurnState.RUNNING, TurnState.WAITING, TurnState.PARKED]
    statement = sa.select(turns).where(turns.c.state.in_(states)).order_by(turns.c.id)
    return [_turn(row, keyring) for row in await session.execute(statement)]


async def open_count(session: Session) -> Mapping[TurnState, int]:
    statement = (
        sa.select(turns.c.state, sa.func.count())
        .where(turns.c.state.in_(_OPEN))
        .group_by(turns.c.state)
    )
    return {TurnState(row[0]): row[1] for row in await session.execute(statement)}


async def ended_since(session: Session, moment: datetime) -> Mapping[tuple[str, TurnState], int]:
    """How many turns ended since then, by channel and state."""
    statement = (
        sa.select(turns.c.channel, turns.c.state, sa.func.count())
        .where(turns.c.finished_at >= moment)
        .group_by(turns.c.channel, turns.c.state)
    )
    return {(row[0], TurnState(row[1])): row[2] for row in await session.execute(statement)}


async def of_sessions(session: Session, session_ids: Iterable[str]) -> Mapping[str, int]:
    """How many turns were answered in each session; one without any is left out."""
    statement = (
        sa.select(turns.c.session_id, sa.func.count())
        .where(turns.c.session_id.in_(list(session_ids)), turns.c.state == TurnState.ANSWERED)
        .group_by(turns.c.session_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def sleepers(session: Session, channel: str | None = None) -> list[Sleeper]:
    """Turns whose workflow may wait for a signal: those that were begun or held, and the head of each queue. One
    that does not wait takes it as a reason to look again, which harms nothing."""
    row = turns.alias()
    heads = (
        sa.select(sa.func.min(row.c.seq))
        .where(row.c.channel == turns.c.channel, row.c.state.in_(_OPEN))
        .scalar_subquery()
    )
    statement = (
        sa.select(turns.c.id, turns.c.channel, turns.c.workflow)
        .where(
            turns.c.state.in_(_OPEN),
            sa.or_(
                turns.c.state != TurnState.QUEUED,
                turns.c.started_at.is_not(None),
                turns.c.seq == heads,
            ),
        )
        .order_by(turns.c.channel, turns.c.seq)
    )
    if channel is not None:
        statement = statement.where(turns.c.channel == channel)
    rows = await session.execute(statement)
    return [Sleeper(turn_id=row[0], channel=row[1], workflow=row[2]) for row in rows]


async def release(
    session: Session, kind: str, state: TurnState, *, channel: str | None = None
) -> None:
    """What was parked for this reason is so no longer."""
    statement = turns.update().where(
        turns.c.state == TurnState.PARKED, turns.c.failure_kind == kind
    )
    if channel is not None:
        statement = statement.where(turns.c.channel == channel)
    await session.execute(
        statement.values(state=state, retry_at=None, failure_kind=None, failure=None)
    )


def usage_values(usage: Usage | None) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cache_read_tokens": usage.cache_read_tokens if usage else None,
        "cache_write_tokens": usage.cache_write_tokens if usage else None,
        "cost_micros": usage.cost_micros if usage else None,
    }


def _usage(row: Row) -> Usage | None:
    if row.input_tokens is None:
        return None
    return Usage(
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cache_read_tokens=row.cache_read_tokens,
        cache_write_tokens=row.cache_write_tokens,
        cost_micros=row.cost_micros,
    )


def _turn(row: Row, keyring: Keyring) -> Turn:
    failure = None
    if row.failure_kind is not None:
        failure = Failure(
            kind=row.failure_kind, message=keyring.open(row.failure, place(turns.c.failure, row.id))
        )
    answer = None if row.answer is None else keyring.open(row.answer, place(turns.c.answer, row.id))
    return Turn(
        id=row.id,
        channel=row.channel,
        seq=row.seq,
        number=row.number,
        external_id=row.external_id,
        state=TurnState(row.state),
        cancel_requested=row.cancel_requested,
        origin=json.loads(row.origin),
        prompt=keyring.open(row.prompt, place(turns.c.prompt, row.id)),
        answer=answer,
        failure=failure,
        session_id=row.session_id,
        model=row.model,
        usage=_usage(row),
        workflow=row.workflow,
        attempts=row.attempts,
        errors=row.errors,
        transient_errors=row.transient_errors,
        forgotten_attempts=row.forgotten_attempts,
        retry_at=row.retry_at,
        received_at=row.received_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        published_at=row.published_at,
    )
