"""When the provider says that it is worth asking again, read from the head of a refusal. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_UNIFIED = "anthropic-ratelimit-unified-reset"  # seconds since 1970
_KINDS = ("requests", "tokens", "input-tokens", "output-tokens")  # RFC 3339, each with what remains
_LONGEST = timedelta(days=32)


def quota_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment when the wall that this 429 met falls; None when it says nothing that can be believed."""
    said = _seconds(headers.get(_UNIFIED)) or _latest(headers) or _wait(headers, now)
    return said if said is not None and now < said <= now + _LONGEST else None


def _seconds(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _latest(headers: Mapping[str, str]) -> datetime | None:
    """Of the limits that are used up, the one that comes back last."""
    resets = (
        _moment(headers.get(f"anthropic-ratelimit-{kind}-reset"))
        for kind in _KINDS
        if headers.get(f"anthropic-ratelimit-{kind}-remaining") == "0"
    )
    return max((reset for reset in resets if reset is not None), default=None)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _wait(headers: Mapping[str, str], now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=float(headers.get("retry-after", "")))
    except (ValueError, OverflowError):
        return None
