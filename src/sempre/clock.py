"""The only place that reads the time, so that tests can move it. Times are timezone-aware UTC."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The durability suite starts processes whose clock has jumped: seconds, forward or back.
VARIABLE = "SEMPRE_CLOCK_SHIFT"
_offset = timedelta(seconds=float(os.environ.get(VARIABLE, "0")))


def now() -> datetime:
    """The current moment in UTC, moved by what `shift` says."""
    return datetime.now(UTC) + _offset  # noqa: TID251  (this is the clock)


def epoch_ns() -> int:
    """Nanoseconds since 1970, moved by what `shift` says."""
    return time.time_ns() + int(_offset.total_seconds() * 1e9)  # noqa: TID251  (this is the clock)


def ticks() -> float:
    """Seconds on a clock that only goes forward; for durations and time limits."""
    return time.monotonic()


def shift(by: timedelta) -> None:
    """Move the clock, as a jump of the machine's clock would. Only tests and rehearsals call this."""
    global _offset
    _offset += by


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock inside a block."""
    shift(by)
    try:
        yield
    finally:
        shift(-by)


def machine_zone() -> tzinfo:
    """The time zone that this machine is set to; where only its present offset can be told, that."""
    link = str(Path("/etc/localtime").resolve())
    for name in (os.environ.get("TZ", ""), link.partition("/zoneinfo/")[2]):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return now().astimezone().tzinfo or UTC


def day_began(zone: tzinfo) -> datetime:
    """The last midnight in that zone, in UTC."""
    here = now().astimezone(zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
