"""Sends the prompts that come by themselves. One moment gives one turn; of missed ones only the last is sent.

Up to which moment a schedule has been dealt with is remembered on disk, so that a new schedule begins with its next
moment and one that was missed while Sempre was down is made up for.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

import structlog

from sempre import atomic, clock, schedule
from sempre.channels.files.layout import Place
from sempre.contract.channel import Inbox
from sempre.contract.messages import Inbound
from sempre.errors import UnavailableError
from sempre.parsed import fields
from sempre.schedule import Schedule

_log = structlog.stdlib.get_logger(__name__)

_LONGEST_SLEEP = 15.0  # the clock may jump
_NEVER = datetime.max.replace(tzinfo=UTC)


class Setting(Protocol):
    """One `[[workers.NAME.schedule]]` of sempre.toml."""

    @property
    def name(self) -> str: ...

    @property
    def every(self) -> str: ...

    @property
    def prompt(self) -> str: ...


@dataclass(frozen=True)
class Upcoming:
    """A schedule as people see it."""

    name: str
    every: str
    prompt: str
    next_at: datetime


@dataclass
class _Timed:
    """A schedule of a worker. `dealt` is the moment up to which it has been dealt with."""

    place: Place
    setting: Setting
    schedule: Schedule
    dealt: datetime


class Scheduler:
    """All schedules of this node. `due` is called when the loop wakes, and by tests."""

    def __init__(self, inbox: Inbox, zone: tzinfo) -> None:
        self._inbox = inbox
        self._zone = zone
        self._timed: dict[str, list[_Timed]] = {}

    async def add(self, place: Place, settings: Sequence[Setting]) -> None:
        """Raises MisconfiguredError for what is no schedule, OSError when nothing can be remembered."""
        parsed = [(setting, schedule.parse(setting.every, self._zone)) for setting in settings]
        known = await asyncio.to_thread(_recall, place)
        now = clock.now()
        timed = [_Timed(place, s, p, known.get(_key(s), now)) for s, p in parsed]
        if timed or known:
            await asyncio.to_thread(_remember, place, timed)
        self._timed[place.worker] = timed

    def remove(self, worker: str) -> None:
        self._timed.pop(worker, None)

    def upcoming(self, worker: str) -> list[Upcoming]:
        now = clock.now()
        return [
            Upcoming(t.setting.name, t.setting.every, t.setting.prompt, t.schedule.following(now))
            for t in self._timed.get(worker, [])
        ]

    async def run(self) -> None:
        while True:
            try:
                await self.due()
            except UnavailableError as error:
                _log.warning("files.schedule_delayed", reason=error.message)
            except Exception:  # noqa: BLE001  (the loop's edge: the next beat tries again)
                _log.exception("files.schedule_failed")
            await asyncio.sleep(self._sleep())

    async def due(self) -> None:
        """Send what is due. Raises UnavailableError; what was not sent is still due then."""
        now = clock.now()
        for timed in [one for worker in self._timed.values() for one in worker]:
            if timed.dealt > now + timedelta(minutes=1):
                timed.dealt = now  # the clock went back: what it showed then is no reason to wait
            moment = timed.schedule.previous(now)
            if moment > timed.dealt:
                await self._send(timed, moment)

    async def _send(self, timed: _Timed, moment: datetime) -> None:
        await self._inbox.accept([_message(timed, moment)])
        # A crash here sends the same external id again, which is the same turn.
        timed.dealt = moment
        await asyncio.to_thread(_remember, timed.place, self._timed.get(timed.place.worker, []))

    def _sleep(self) -> float:
        now = clock.now()
        moments = [t.schedule.following(now) for worker in self._timed.values() for t in worker]
        until = (min(moments, default=_NEVER) - now).total_seconds()
        return min(_LONGEST_SLEEP, max(0.05, until))


def _message(timed: _Timed, moment: datetime) -> Inbound:
    due = moment.isoformat().replace("+00:00", "Z")
    name = timed.setting.name
    return Inbound(
        channel=timed.place.channel,
        external_id=f"schedule:{name}:{due}",
        text=timed.setting.prompt,
        received_at=clock.now(),
        origin={"schedule": name, "due": due},
    )


def _key(setting: Setting) -> str:
    """A schedule that was given another time begins anew."""
    return f"{setting.name} {setting.every}"


def _recall(place: Place) -> Mapping[str, datetime]:
    try:
        stored: object = json.loads((place.state / "schedule.json").read_bytes())
        return {
            key: datetime.fromisoformat(str(at)).astimezone(UTC)
            for key, at in fields(stored).items()
        }
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def _remember(place: Place, timed: Sequence[_Timed]) -> None:
    atomic.make_private(place.state)
    stored = {_key(one.setting): one.dealt.isoformat() for one in timed}
    atomic.write(place.state / "schedule.json", json.dumps(stored, indent=2).encode(), replace=True)
