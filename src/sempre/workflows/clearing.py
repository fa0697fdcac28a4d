"""Many dead letters at once, by what they have in common: try them again, oldest first, or let them go; or one."""

from dataclasses import dataclass
from typing import Literal, Protocol

from sempre.contract.audit import Audit
from sempre.conversations import Addressed, DeadLetters, WantedLetters
from sempre.errors import ConflictError, NotFoundError

Action = Literal["retry", "purge"]
AT_ONCE = 500  # letters of one call, so that it answers in seconds


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """`matched` waited when it began; `skipped` were in no state for it; `remaining` are for the next call."""

    matched: int
    done: int
    skipped: int
    remaining: int


class Retry(Protocol):
    """Tries a turn again. Raises ConflictError when that can't be now, NotFoundError."""

    async def __call__(self, turn_id: str, *, by: str) -> object: ...


class Clearing:
    def __init__(self, *, letters: DeadLetters, audit: Audit, retry: Retry) -> None:
        self._letters = letters
        self._audit = audit
        self._retry = retry

    async def clear(self, action: Action, wanted: WantedLetters, *, by: str) -> Cleared:
        """At most `AT_ONCE` of them, the oldest first."""
        matched = await self._letters.count(wanted)
        chosen = await self._letters.oldest(wanted, AT_ONCE)
        if chosen:
            await self._record(action, wanted, len(chosen), by)
        if action == "purge":
            done = await self._letters.purge_many(chosen)
        else:
            done = sum([await self._tried(letter, by) for letter in chosen])
        return Cleared(
            matched=matched,
            done=done,
            skipped=len(chosen) - done,
            remaining=max(matched - len(chosen), 0),
        )

    async def purge(self, letter_id: str, *, by: str) -> None:
        """Let one go. Raises NotFoundError."""
        letter = await self._letters.get(letter_id)
        wanted = WantedLetters(channel=letter.channel, kind=letter.failure.kind)
        await self._record("purge", wanted, 1, by)
        await self._letters.purge(letter_id)

    async def _tried(self, letter: Addressed, by: str) -> bool:
        try:
            await self._retry(letter.turn_id, by=by)
        except (ConflictError, NotFoundError):  # somebody else was faster
            return False
        return True

    async def _record(self, action: Action, wanted: WantedLetters, count: int, by: str) -> None:
        before = wanted.created_before
        details = {
            "channel": wanted.channel,
            "kind": wanted.kind,
            "created_before": before.isoformat() if before else None,
            "count": count,
        }
        what = "dead_letters.retried" if action == "retry" else "dead_letters.purged"
        await self._audit.record(what, by=by, channel=wanted.channel, details=details)
