"""The alerts of one database. What a look finds is settled in one transaction, with the notices about it: a crash
leaves both or neither, so nothing is told twice and nothing is forgotten."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from sempre import clock, crash, ids
from sempre.alerts._store import alerts, notices
from sempre.alerts.alert import Alert, Severity, What
from sempre.alerts.rules import Condition, Rule
from sempre.db import Database, Session
from sempre.events import Log


@dataclass(frozen=True, kw_only=True)
class Post:
    """How notices stand. `error` is why the newest did not get through yet."""

    waiting: int
    delivered: int
    dead: int
    error: str | None


class Alerts:
    """`notifies`: a webhook is set up, so notices are laid down. The same condition is told again only after the
    cooldown."""

    def __init__(self, db: Database, log: Log, *, cooldown: timedelta, notifies: bool) -> None:
        self._db = db
        self._log = log
        self._cooldown = cooldown
        self._notifies = notifies

    async def settle(
        self, rules: Iterable[Rule], conditions: Sequence[Condition], ends: Callable[[Alert], bool]
    ) -> None:
        """Raise what is new, change what is worse or better, end what no longer holds. `ends` says of an open one
        whether this process can tell that it is over."""
        now = clock.now()
        found = {alerts.key_of(each): each for each in conditions}
        told: list[tuple[str, Alert]] = []
        async with self._db.transaction() as session:
            lasting = await alerts.lasting(session, [rule.value for rule in rules])
            for key, condition in found.items():
                if key in lasting:
                    told += await self._go_on(session, lasting[key], condition, now)
                else:
                    told += await self._raise(session, condition, now)
            for key, alert in lasting.items():
                if key not in found and ends(alert):
                    told += await self._end(session, alert, now)
            crash.point("alert.settling")
        for kind, alert in told:
            self._tell(kind, alert)

    async def acknowledge(self, alert_id: str, by: str) -> Alert:
        """A person has seen it. Raises NotFoundError."""
        async with self._db.transaction() as session:
            first = await alerts.acknowledge(session, alert_id, by, clock.now())
            alert = await alerts.get(session, alert_id)
        if first:
            self._log.append("alert.acknowledged", {"alert_id": alert_id, "by": by})
        return alert

    async def page(
        self, *, lasting_only: bool, before: str | None = None, limit: int = 50
    ) -> Sequence[Alert]:
        """Newest first."""
        async with self._db.reading() as session:
            return await alerts.page(session, lasting_only=lasting_only, before=before, limit=limit)

    async def count(self) -> Mapping[str, int]:
        """How many last, by rule."""
        async with self._db.reading() as session:
            return await alerts.count(session)

    async def post(self) -> Post:
        async with self._db.reading() as session:
            by_state = await notices.by_state(session)
            error = await notices.last_error(session)
        return Post(
            waiting=by_state.get("waiting", 0),
            delivered=by_state.get("delivered", 0),
            dead=by_state.get("dead", 0),
            error=error,
        )

    async def try_out(self) -> None:
        """Lay down a notice that tells of nothing, to see whether it arrives."""
        now = clock.now()
        body = _body(What.TEST, now, {"message": "A test: Sempre's alerts arrive here."})
        async with self._db.transaction() as session:
            await notices.insert(session, ids.new_id(), What.TEST, body, now)

    async def _raise(
        self, session: Session, condition: Condition, now: datetime
    ) -> list[tuple[str, Alert]]:
        last = await alerts.last_notified(session, condition.rule.value, condition.subject)
        notify_at = now if last is None else max(now, last + self._cooldown)
        alert_id = ids.new_id()
        if not await alerts.insert(session, alert_id, condition, now, notify_at):
            return []
        alert = await alerts.get(session, alert_id)
        await self._notify(session, alert, now)
        return [("alert.raised", alert)]

    async def _go_on(
        self, session: Session, alert: Alert, condition: Condition, now: datetime
    ) -> list[tuple[str, Alert]]:
        """Told as soon as the cooldown is over, and again when it becomes a problem."""
        now_is = replace(
            alert,
            severity=condition.severity,
            message=condition.message,
            remedy=condition.remedy,
        )
        if now_is != alert:
            await alerts.change(session, alert.id, condition)
        if alert.notified_at is None:
            await self._notify(session, now_is, now)
        worse = (alert.severity, condition.severity) == (Severity.WARNING, Severity.PROBLEM)
        if not worse:
            return []
        if (
            self._notifies
            and alert.notified_at is not None
            and not await notices.exists(session, alert.id, What.WORSENED)
        ):
            await self._lay_down(session, now_is, What.WORSENED, now)
        return [("alert.worsened", now_is)]

    async def _end(self, session: Session, alert: Alert, now: datetime) -> list[tuple[str, Alert]]:
        if not await alerts.end(session, alert.id, now):
            return []
        ended = replace(alert, ended_at=now)
        if self._notifies and alert.notified_at is not None:
            await self._lay_down(session, ended, What.ENDED, now)
        return [("alert.ended", ended)]

    async def _notify(self, session: Session, alert: Alert, now: datetime) -> None:
        if not self._notifies or alert.notify_at > now:
            return
        if await alerts.mark_notified(session, alert.id, now):
            await self._lay_down(session, alert, What.RAISED, now)

    async def _lay_down(self, session: Session, alert: Alert, what: What, now: datetime) -> None:
        facts = {
            "id": alert.id,
            "rule": alert.rule,
            "subject": alert.subject,
            "severity": alert.severity.value,
            "message": alert.message,
            "remedy": alert.remedy,
            "raised_at": alert.raised_at.isoformat(),
            "ended_at": alert.ended_at.isoformat() if alert.ended_at else None,
        }
        body = _body(what, now, facts)
        await notices.insert(session, ids.new_id(), what, body, now, alert_id=alert.id)

    def _tell(self, kind: str, alert: Alert) -> None:
        self._log.append(
            kind,
            {
                "alert_id": alert.id,
                "rule": alert.rule,
                "subject": alert.subject,
                "severity": alert.severity.value,
                "message": alert.message,
            },
        )


def _body(what: What, now: datetime, facts: Mapping[str, object]) -> str:
    """As Standard Webhooks has it: a type, a moment, the facts."""
    body = {"type": f"alert.{what.value}", "timestamp": now.isoformat(), "data": dict(facts)}
    return msgspec.json.encode(body).decode()
