"""Where a card stands among others, as text: the digits of a fraction between 0 and 1, so that one more always fits
between two and a move changes one row. Digits compare the same in any database. Pure.

A rank that would grow past LONGEST is not given: then the column is spread out anew.
"""

from collections.abc import Sequence

LONGEST = 24
_WIDTH = 10  # digits of a rank at an end
_STEP = (
    10**4
)  # between two cards put at an end one after the other: room for half a million of them
_MIDDLE = 5 * 10 ** (_WIDTH - 1)


def between(before: str | None, after: str | None) -> str | None:
    """A rank after `before` and ahead of `after`; None: an end of the column. Gives None when there is no short one:
    then use `spread`. `before` must be less than `after`."""
    if before is None and after is None:
        return _digits(_MIDDLE)
    if after is None:
        return _stepped(before or "", _STEP) or _fits(_halfway(before or "", None))
    if before is None:
        return _stepped(after, -_STEP) or _fits(_halfway("", after))
    return _fits(_halfway(before, after))


def spread(count: int) -> Sequence[str]:
    """Ranks for a whole column in order, with as much room between as at its ends."""
    step = min(_STEP, 10**_WIDTH // (2 * count + 2))
    first = _MIDDLE - step * (count // 2)
    return [_digits(first + step * at) for at in range(count)]


def _stepped(rank: str, by: int) -> str | None:
    """The rank one step on, as long as it stays among those of the usual width."""
    moved = int(rank[:_WIDTH].ljust(_WIDTH, "0")) + by
    return _digits(moved) if 0 < moved < 10**_WIDTH else None


def _digits(value: int) -> str:
    # Zeros at the end would allow two ranks for one place, with nothing between them.
    return str(value).rjust(_WIDTH, "0").rstrip("0")


def _halfway(low: str, high: str | None) -> str:
    """Near the middle, and as short as can be. `high` None: 1."""
    if high is not None and (shared := _shared(low, high)):
        return high[:shared] + _halfway(low[shared:], high[shared:])
    first = int(low[:1] or "0")
    last = 10 if high is None else int(high[:1])
    if last - first > 1:
        return str((first + last) // 2)
    if high is not None and len(high) > 1:
        return high[:1]
    return str(first) + _halfway(low[1:], None)


def _shared(low: str, high: str) -> int:
    """How many digits both begin with, as if `low` had zeros at its end."""
    for at, digit in enumerate(high):
        if (low[at : at + 1] or "0") != digit:
            return at
    return len(high)  # pragma: no cover  (then low would not be less)


def _fits(rank: str) -> str | None:
    return rank if len(rank) <= LONGEST else None
