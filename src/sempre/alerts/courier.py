"""Brings notices to the webhook that a person set up: signed as Standard Webhooks says, tried again with growing pauses,
each under one id however often it is sent. It follows no redirect and reads no answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from sempre import clock, crash
from sempre.alerts._store import notices
from sempre.alerts.alert import Notice
from sempre.db import Database
from sempre.errors import UnavailableError
from sempre.events import Log
from sempre.telemetry import metrics

if TYPE_CHECKING:
    import httpx2

_log = structlog.stdlib.get_logger(__name__)
_AT_ONCE = 20
_SECONDS = 10.0  # for one attempt
_LEASE = timedelta(seconds=60)  # whoever claimed it is dead when it was not settled by then
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 900.0
_IDLE = 30.0


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where to, signed with what. `attempts` are made before a notice is given up."""

    url: str
    secret: Callable[[], Awaitable[str]]
    attempts: int


class UndeliveredError(UnavailableError):
    """The receiver did not take it."""

    code = "undelivered"


class Courier:
    def __init__(self, db: Database, log: Log, way: Way) -> None:
        self._db = db
        self._log = log
        self._way = way
        self._due = asyncio.Event()

    def hurry(self) -> None:
        """There may be something to deliver."""
        self._due.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            pause = _IDLE
            try:
                await self.deliver()
                pause = await self._pause()
            except UnavailableError as error:
                _log.warning("alerts.not_delivered", reason=error.message)
            try:
                async with asyncio.timeout(pause):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()

    async def deliver(self) -> int:
        """Try what is due; gives how many were tried."""
        tried = 0
        while True:
            now = clock.now()
            async with self._db.reading() as session:
                found = await notices.due(session, now, _AT_ONCE)
            if not found:
                return tried
            for notice in found:
                tried += await self._deliver(notice)

    async def _deliver(self, notice: Notice) -> bool:
        async with self._db.transaction() as session:
            if not await notices.claim(session, notice, clock.now() + _LEASE):
                return False
        crash.point("alert.sending")
        try:
            await self._send(notice)
        except UndeliveredError as error:
            await self._try_again(notice, error.message)
            return True
        crash.point("alert.sent")
        async with self._db.transaction() as session:
            await notices.delivered(session, notice.id, clock.now())
        metrics.ALERT_NOTICES.labels("delivered").inc()
        return True

    async def _try_again(self, notice: Notice, reason: str) -> None:
        made = notice.attempts + 1
        given_up = made >= self._way.attempts
        pause = min(_FIRST_PAUSE * 2 ** (made - 1), _LONGEST_PAUSE)
        async with self._db.transaction() as session:
            if given_up:
                await notices.dead(session, notice.id, reason)
            else:
                at = clock.now() + timedelta(seconds=pause)
                await notices.again(session, notice.id, at, reason)
        metrics.ALERT_NOTICES.labels("dead" if given_up else "failed").inc()
        if given_up:
            told = {"alert_id": notice.alert_id, "notice": notice.what.value}
            self._log.append("alert.undelivered", {**told, "attempts": made, "reason": reason})

    async def _send(self, notice: Notice) -> None:
        """Raises UndeliveredError."""
        import httpx2  # slow to import, and needed where a webhook is set up only

        headers = _signed(notice, await self._way.secret(), clock.now())
        try:
            async with (
                asyncio.timeout(_SECONDS),
                _client() as client,
                client.stream(
                    "POST", self._way.url, content=notice.body.encode(), headers=headers
                ) as answer,
            ):
                status = answer.status_code
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            raise UndeliveredError(
                f"The webhook does not answer ({type(error).__name__}). Check alerts.webhook_url and the network."
            ) from error
        if not 200 <= status < 300:
            raise UndeliveredError(
                f"The webhook answered {status}. It has to answer 2xx itself; redirects are not followed."
            )

    async def _pause(self) -> float:
        async with self._db.reading() as session:
            next_at = await notices.next_due(session)
        if next_at is None:
            return _IDLE
        return min(max((next_at - clock.now()).total_seconds(), 0.2), _IDLE)


def _client() -> "httpx2.AsyncClient":
    import httpx2  # as above

    return httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False)


def _signed(notice: Notice, secret: str, now: datetime) -> dict[str, str]:
    """https://github.com/standard-webhooks/standard-webhooks"""
    from standardwebhooks import Webhook  # as above

    return {
        "content-type": "application/json",
        "user-agent": "sempre-alerts",
        "webhook-id": notice.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(notice.id, now, notice.body),
    }
