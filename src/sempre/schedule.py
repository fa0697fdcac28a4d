"""When something that comes by itself is due. Pure: moments in, moments out.

`every` is a time of day ("02:00", in the operator's zone), an interval ("15m", "2h", counted from 1970 in UTC, so
that a restart does not move it) or a cron line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from sempre.errors import MisconfiguredError

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_INTERVAL = re.compile(r"([1-9][0-9]{0,5})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_START = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST = timedelta(seconds=10)


@dataclass(frozen=True)
class Schedule:
    """`following(at)` is the first moment after `at`, `previous(at)` the last one not after it; both UTC."""

    following: Callable[[datetime], datetime]
    previous: Callable[[datetime], datetime]


def parse(every: str, zone: tzinfo) -> Schedule:
    """Raises MisconfiguredError."""
    text = every.strip()
    if found := _TIME.fullmatch(text):
        return _cron(f"{int(found[2])} {int(found[1])} * * *", zone)
    if found := _INTERVAL.fullmatch(text):
        return _interval(timedelta(**{_UNITS[found[2]]: int(found[1])}), every)
    try:
        return _cron(text, zone)
    except (CronSimError, StopIteration) as error:
        raise MisconfiguredError(
            f'every = "{every}" is no schedule.',
            remedy='Write a time of day ("02:00"), an interval ("15m", "2h", "1d") or a cron line ("0 9 * * MON").',
        ) from error


def _interval(step: timedelta, every: str) -> Schedule:
    if step < _SHORTEST:
        raise MisconfiguredError(
            f'every = "{every}" is too often.',
            remedy=f"Leave at least {_SHORTEST.seconds} seconds between.",
        )

    def previous(at: datetime) -> datetime:
        return _START + (at - _START) // step * step

    return Schedule(following=lambda at: previous(at) + step, previous=previous)


def _cron(line: str, zone: tzinfo) -> Schedule:
    def following(at: datetime) -> datetime:
        return next(CronSim(line, at.astimezone(zone))).astimezone(UTC)

    def previous(at: datetime) -> datetime:
        # Backwards it gives what lies strictly before, so begin one second later.
        start = at.replace(microsecond=0) + timedelta(seconds=1)
        return next(CronSim(line, start.astimezone(zone), reverse=True)).astimezone(UTC)

    following(
        _START + timedelta(days=20_000)
    )  # a line that never comes (30 February) is refused here
    return Schedule(following=following, previous=previous)
