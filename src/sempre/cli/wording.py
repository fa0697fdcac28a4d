"""How times, money and text from outside are said in a terminal. Pure."""

import re
from datetime import datetime, timedelta

from sempre.errors import InvalidError
from sempre.telemetry.escape import one_line

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
_WHITE = re.compile(r"\s+")


def duration(span: timedelta) -> str:
    """One unit is enough to decide by: `12 s`, `4 min`, `3 h`, `9 d`."""
    seconds = max(0, int(span.total_seconds()))
    for size, name in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


_SPAN = re.compile(r"([0-9]{1,6})\s*(s|min|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def span(text: str) -> timedelta:
    """`90s`, `30min`, `2h`, `3d`, `1w`. Raises InvalidError."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidError(f"{text} is no span of time. Say 30min, 2h, 3d or 1w.")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def since(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else duration(now - moment)


def until(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else f"in {duration(moment - now)}"


def stamp(moment: datetime | None) -> str:
    """In the time zone of whoever reads it."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def dollars(micros: int | None) -> str:
    """What is unknown is not nothing."""
    if micros is None:
        return "?"
    return f"${micros / 1e6:.2f}" if micros == 0 or micros >= 10_000 else f"${micros / 1e6:.4f}"


def count(number: int) -> str:
    """Short where the last digits say nothing: `950`, `12.3k`, `4.5M`."""
    for size, name in ((1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:.1f}{name}"
    return str(number)


def size(count: int) -> str:
    value = float(count)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def plural(count: int, word: str) -> str:
    """`1 prompt`, `2 prompts`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def head(text: str, longest: int) -> str:
    """The beginning, in one line, harmless in a terminal."""
    line = one_line(_WHITE.sub(" ", text).strip())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def harmless(text: str) -> str:
    """Several lines, in which nothing moves the cursor, changes colours or hides."""
    return "\n".join(one_line(line) for line in text.replace("\r\n", "\n").split("\n"))
