"""Quota walls in Claude Code's own words: whether a text speaks of one, and when it falls."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WALL = re.compile(
    r"(usage|session|weekly|opus|sonnet|5-hour) limit|hit your limit|limit reached", re.I
)
_STAMP = re.compile(r"limit reached\s*\|\s*(\d{10})")
_RESET = re.compile(
    r"resets?(?: at)?\s+(?:(?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}),?(?: at)?\s+)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]m)(?:\s*\((?P<zone>[^)]+)\))?",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_wall(text: str) -> bool:
    """`You've hit your session limit · resets 10:30pm (Europe/Berlin)`, `Claude AI usage limit reached|1762952400`."""
    return _WALL.search(text) is not None


def falls_at(text: str, now: datetime) -> datetime | None:
    """The reset time that the text names, in UTC; a time of day is the next such moment after `now`."""
    if stamp := _STAMP.search(text):
        return datetime.fromtimestamp(int(stamp[1]), UTC)
    found = _RESET.search(text)
    if not found:
        return None
    try:
        return _moment(found, now)
    except (ValueError, ZoneInfoNotFoundError):
        return None


def _moment(found: re.Match[str], now: datetime) -> datetime:
    here = now.astimezone(ZoneInfo(found["zone"]) if found["zone"] else None)
    if not 1 <= int(found["hour"]) <= 12:
        raise ValueError(found[0])
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "pm" else 0)
    moment = here.replace(hour=hour, minute=int(found["minute"] or 0), second=0, microsecond=0)
    if found["month"]:
        month = _MONTHS.index(found["month"].lower()) + 1
        moment = moment.replace(month=month, day=int(found["day"]))
        if moment < here - timedelta(days=180):
            moment = moment.replace(year=moment.year + 1)
    elif moment <= here:
        moment += timedelta(days=1)
    return moment.astimezone(UTC)
