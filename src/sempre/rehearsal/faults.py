"""Errors instead of answers: which one a script asks for now, counted by session and script."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from sempre import clock
from sempre.contract.agents import Ending
from sempre.rehearsal.script import Script

ERROR_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_ENDLESS_QUOTA = timedelta(hours=1)
_QUOTA_MESSAGE = "This request would exceed your account's rate limit. Please try again later."
_Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Refusal:
    """An error answer of the provider."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def payload(self, request_id: str) -> Mapping[str, object]:
        kind = ERROR_TYPES.get(self.status, "api_error")
        error = {"type": kind, "message": self.message}
        return {"type": "error", "error": error, "request_id": request_id}


class Faults:
    """Remembers how often a script has failed, and since when its quota is used up, until it was answered."""

    def __init__(self) -> None:
        self._errors: Counter[_Key] = Counter()
        self._cuts: Counter[_Key] = Counter()
        self._met: dict[_Key, datetime] = {}

    def refuse(self, script: Script, session: str) -> Refusal | None:
        """The error that is due for this call, if one is."""
        if (until := self.wall(script, session)) is not None:
            return _quota_refusal(until)
        key = (session, script.source)
        if script.error is None or not _due(self._errors, key, script.error.times):
            return None
        if script.error.status == 401:
            return Refusal(401, "invalid x-api-key")
        return Refusal(script.error.status, f"rehearsal: scripted error {script.error.status}")

    def wall(self, script: Script, session: str) -> datetime | None:
        """When the quota that is used up now lifts; None when none is."""
        if script.quota is None:
            return None
        now = clock.now()
        if script.quota.seconds is None:
            return now + _ENDLESS_QUOTA
        met = self._met.setdefault((session, script.source), now)
        until = met + timedelta(seconds=script.quota.seconds)
        return until if now < until else None

    def fail(self, script: Script, session: str) -> Ending | None:
        """How this attempt of the scripted agent fails, if it does."""
        if script.fail is None or not _due(
            self._errors, (session, script.source), script.fail.times
        ):
            return None
        return script.fail.ending

    def ease(self, script: Script, session: str) -> Script:
        """The script as it holds for this call: without a cut that has come as often as it should."""
        cut = script.cut
        if cut is None or _due(self._cuts, (session, script.source), cut.times):
            return script
        return replace(script, cut=None)

    def forget(self, script: Script, session: str) -> None:
        """The script was played to its end: told again, it fails again."""
        for memory in (self._errors, self._cuts, self._met):
            memory.pop((session, script.source), None)


def _quota_refusal(until: datetime) -> Refusal:
    headers = {
        "anthropic-ratelimit-unified-status": "rejected",
        # Whole seconds, never before the wall has gone.
        "anthropic-ratelimit-unified-reset": str(math.ceil(until.timestamp())),
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
        "retry-after": str(math.ceil((until - clock.now()).total_seconds())),
        "x-should-retry": "false",
    }
    return Refusal(429, _QUOTA_MESSAGE, headers)


def _due(failed: Counter[_Key], key: _Key, times: int | None) -> bool:
    """Whether this fault comes once more; it is counted then."""
    if times is not None and failed[key] >= times:
        return False
    failed[key] += 1
    return True
