"""How often and how soon a turn is tried again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Numbers of attempts, and seconds."""

    attempts: int = 5
    transient_attempts: int = 20
    backoff_seconds: float = 2
    backoff_cap_seconds: float = 300

    @property
    def longest(self) -> timedelta:
        """No back-off lasts longer; one that seems to was noted before the clock jumped."""
        return timedelta(seconds=self.backoff_cap_seconds)

    def backoff(self, failed: int) -> timedelta:
        """The wait after so many failed attempts: doubling, capped."""
        seconds = min(self.backoff_seconds * 2 ** min(failed - 1, 30), self.backoff_cap_seconds)
        return timedelta(seconds=seconds)
