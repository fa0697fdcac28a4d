"""Errors instead of answers: which one a script asks for now, counted by session and script."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sempre import clock
from sempre.rehearsal.script import ErrorAnswer, Quota, Script

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
        self._failed: dict[tuple[str, str], int] = {}
        self._met: dict[tuple[str, str], datetime] = {}

    def refuse(self, script: Script, session: str) -> Refusal | None:
        """The error that is due for this call, if one is."""
        key = (session, script.source)
        if script.quota is not None and (wall := self._quota(script.quota, key)):
            return wall
        return self._error(script.error, key) if script.error is not None else None

    def forget(self, script: Script, session: str) -> None:
        """The script was played to its end: told again, it fails again."""
        self._failed.pop((session, script.source), None)
        self._met.pop((session, script.source), None)

    def _error(self, error: ErrorAnswer, key: tuple[str, str]) -> Refusal | None:
        failed = self._failed.get(key, 0)
        if error.times is not None and failed >= error.times:
            return None
        self._failed[key] = failed + 1
        if error.status == 401:
            return Refusal(401, "invalid x-api-key")
        return Refusal(error.status, f"rehearsal {error.status}")

    def _quota(self, quota: Quota, key: tuple[str, str]) -> Refusal | None:
        now = clock.now()
        met = self._met.setdefault(key, now)
        lifted = (
            now + _ENDLESS_QUOTA
            if quota.seconds is None
            else met + timedelta(seconds=quota.seconds)
        )
        if now >= lifted:
            return None
        return Refusal(
            429,
            "This request would exceed your account's rate limit. Please try again later.",
            {
                "anthropic-ratelimit-unified-status": "rejected",
                # Whole seconds, never before the wall has gone.
                "anthropic-ratelimit-unified-reset": str(math.ceil(lifted.timestamp())),
                "anthropic-ratelimit-unified-representative-claim": "five_hour",
                "retry-after": str(math.ceil((lifted - now).total_seconds())),
                "x-should-retry": "false",
            },
        )
