"""Rows of approvals. Each change names the states that it may come from, so that two can't both make it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from sempre.approvals.approval import OPEN, Approval, Decision, State
from sempre.contract.actions import Action, Judgement, Risk
from sempre.crypto import Keyring
from sempre.db import Row, Session
from sempre.db.sealed import place
from sempre.db.tables import approvals as table
from sempre.errors import NotFoundError

_RISKS = tuple(Risk)


async def insert(
    session: Session,
    keyring: Keyring,
    approval_id: str,
    action: Action,
    judgement: Judgement,
    *,
    now: datetime,
    expires_at: datetime,
) -> None:
    def seal(column: "sa.Column[bytes]", text: str) -> bytes:
        return keyring.seal(text, place(column, approval_id))

    await session.execute(
        table.insert().values(
            id=approval_id,
            channel=action.channel,
            turn_id=action.turn_id,
            session_id=action.session_id,
            call_id=action.call_id,
            subagent=action.subagent,
            tool=action.tool,
            input=seal(table.c.input, json.dumps(dict(action.input))),
            why=seal(table.c.why, action.why),
            directory=action.directory,
            rule=judgement.rule,
            rule_reason=seal(table.c.rule_reason, judgement.reason),
            risk=judgement.risk,
            risk_reason=seal(table.c.risk_reason, judgement.risk_reason),
            state=State.PENDING,
            deferred=False,
            asked_at=now,
            expires_at=expires_at,
            releases=0,
            recorded=True,
        )
    )


async def get(
    session: Session, keyring: Keyring, approval_id: str, *, lock: bool = False
) -> Approval:
    """`lock` holds it until the transaction ends (on SQLite there is one writer anyway)."""
    statement = sa.select(table).where(table.c.id == approval_id)
    if lock:
        statement = statement.with_for_update()
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"There is no approval {approval_id}. `sempre approvals` lists those that wait.",
            code="approval_not_found",
        )
    return _approval(row, keyring)


async def find(
    session: Session, keyring: Keyring, session_id: str, call_id: str
) -> Approval | None:
    statement = sa.select(table).where(table.c.session_id == session_id, table.c.call_id == call_id)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _approval(row, keyring)


# Built once: it stands in the way of every turn.
_UNSETTLED = (
    sa.select(table)
    .where(table.c.turn_id == sa.bindparam("turn"), table.c.settled_at.is_(None))
    .order_by(table.c.id)
)


async def unsettled(session: Session, keyring: Keyring, turn_id: str) -> list[Approval]:
    """Those of the turn as it runs now, oldest first."""
    rows = await session.execute(_UNSETTLED, {"turn": turn_id})
    return [_approval(row, keyring) for row in rows]


async def deferred(session: Session, keyring: Keyring) -> list[Approval]:
    """All for which a turn waits, or did until now."""
    statement = (
        sa.select(table)
        .where(table.c.deferred.is_(True), table.c.settled_at.is_(None))
        .order_by(table.c.id)
    )
    return [_approval(row, keyring) for row in await session.execute(statement)]


async def unrecorded(session: Session, keyring: Keyring, before: datetime) -> list[Approval]:
    """Decided until then and not on the audit trail, oldest first."""
    statement = (
        sa.select(table)
        .where(sa.not_(table.c.recorded), table.c.decided_at <= before)
        .order_by(table.c.id)
    )
    return [_approval(row, keyring) for row in await session.execute(statement)]


async def mark_recorded(session: Session, approval_id: str) -> None:
    await session.execute(table.update().where(table.c.id == approval_id).values(recorded=True))


async def is_deferring(session: Session, session_id: str) -> bool:
    """Whether a call of this session, outside of subagents, is open."""
    statement = sa.select(
        sa.exists().where(
            table.c.session_id == session_id,
            table.c.subagent.is_(None),
            table.c.settled_at.is_(None),
            table.c.state.in_(OPEN),
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def covered_by(
    session: Session, turn_id: str, tool: str, rule: str, risk: Risk
) -> str | None:
    """Who approved such calls, of this risk at least, for the rest of the turn."""
    statement = (
        sa.select(table.c.decided_by)
        .where(
            table.c.turn_id == turn_id,
            table.c.tool == tool,
            table.c.rule == rule,
            table.c.risk.in_(_RISKS[_RISKS.index(risk) :]),
            table.c.decision == Decision.APPROVE_TURN,
            table.c.settled_at.is_(None),
        )
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def change(
    session: Session, approval_id: str, frm: Iterable[State], values: Mapping[str, object]
) -> bool:
    """False when it is in none of these states any more."""
    result = await session.execute(
        table.update()
        .where(table.c.id == approval_id, table.c.state.in_(list(frm)))
        .values(dict(values))
    )
    return result.rowcount == 1


def decision_values(
    keyring: Keyring,
    approval_id: str,
    decision: Decision,
    *,
    by: str,
    changed: Mapping[str, object] | None,
    reason: str | None,
    now: datetime,
) -> dict[str, object]:
    sealed_input = (
        None
        if changed is None
        else keyring.seal(json.dumps(dict(changed)), place(table.c.changed_input, approval_id))
    )
    sealed_reason = (
        None
        if reason is None
        else keyring.seal(reason, place(table.c.decision_reason, approval_id))
    )
    return {
        "state": State.REFUSED if decision is Decision.REFUSE else State.APPROVED,
        "decision": decision,
        "decided_by": by,
        "decided_at": now,
        "changed_input": sealed_input,
        "decision_reason": sealed_reason,
        "recorded": False,
    }


async def mark_deferred(session: Session, approval_id: str) -> None:
    await session.execute(table.update().where(table.c.id == approval_id).values(deferred=True))


async def settle(session: Session, turn_id: str, now: datetime) -> None:
    await session.execute(
        table.update()
        .where(table.c.turn_id == turn_id, table.c.settled_at.is_(None))
        .values(settled_at=now)
    )


async def page(
    session: Session,
    keyring: Keyring,
    *,
    states: Sequence[State],
    channel: str | None,
    turn_id: str | None,
    before: str | None,
    limit: int,
) -> list[Approval]:
    """Newest first."""
    statement = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    if states:
        statement = statement.where(table.c.state.in_(states))
    if channel is not None:
        statement = statement.where(table.c.channel == channel)
    if turn_id is not None:
        statement = statement.where(table.c.turn_id == turn_id)
    if before is not None:
        statement = statement.where(table.c.id < before)
    return [_approval(row, keyring) for row in await session.execute(statement)]


async def standing(session: Session) -> tuple[int, datetime | None]:
    """How many are open, and since when the oldest is."""
    statement = sa.select(
        sa.func.count(), sa.func.min(table.c.asked_at, type_=table.c.asked_at.type)
    ).where(table.c.state.in_(OPEN))
    count, oldest = (await session.execute(statement)).one()
    return count, oldest


def _approval(row: Row, keyring: Keyring) -> Approval:
    def opened(column: "sa.Column[bytes]") -> str | None:
        sealed = getattr(row, column.name)
        return None if sealed is None else keyring.open(sealed, place(column, row.id))

    changed = opened(table.c.changed_input)
    return Approval(
        id=row.id,
        channel=row.channel,
        turn_id=row.turn_id,
        session_id=row.session_id,
        call_id=row.call_id,
        subagent=row.subagent,
        tool=row.tool,
        input=json.loads(opened(table.c.input) or "{}"),
        changed_input=None if changed is None else json.loads(changed),
        why=opened(table.c.why) or "",
        directory=row.directory,
        rule=row.rule,
        rule_reason=opened(table.c.rule_reason) or "",
        risk=Risk(row.risk),
        risk_reason=opened(table.c.risk_reason) or "",
        state=State(row.state),
        deferred=row.deferred,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decision=None if row.decision is None else Decision(row.decision),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision_reason=opened(table.c.decision_reason),
        released_at=row.released_at,
        releases=row.releases,
        settled_at=row.settled_at,
    )
