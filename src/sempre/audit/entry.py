"""What one row of the trail says, without its numbers and signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from sempre import clock
from sempre.audit.wording import shortened
from sempre.text import plain


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry on its way. `details` is its JSON, the very text that is signed."""

    at: datetime
    what: str
    by: str
    channel: str | None
    turn_id: str | None
    details: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row as people read it. `mac` is what the next one is chained to."""

    sequence: int
    at: datetime
    what: str
    by: str
    channel: str | None
    turn_id: str | None
    details: Mapping[str, object]
    mac: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries; what is None is not asked for. `what` ending in a dot means all that begin so."""

    what: str | None = None
    by: str | None = None
    channel: str | None = None
    turn_id: str | None = None


def draft(
    what: str,
    by: str,
    channel: str | None,
    turn_id: str | None,
    details: Mapping[str, object] | None,
) -> Draft:
    """A draft of now. Long texts in the details are cut; what is no JSON in them is made fit for it."""
    given = shortened(details or {})
    try:
        text = msgspec.json.encode(given)
    except (TypeError, ValueError, RecursionError):
        text = msgspec.json.encode({str(name): plain(value) for name, value in given.items()})
    return Draft(
        at=clock.now(),
        what=what,
        by=by,
        channel=channel,
        turn_id=turn_id,
        details=text.decode(),
    )
