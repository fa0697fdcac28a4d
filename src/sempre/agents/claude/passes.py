"""The tokens of live sessions. A token opens the loopback gateway and the tool hook, and nothing else anywhere."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sempre import clock, ids
from sempre.telemetry import context

_ON_THEIR_WAY = 2.0  # seconds; words are written before the call is made, so they are never far


@dataclass(kw_only=True)
class Pass:
    """Whose token it is (`contract.gate.Caller`), and what the gateway and the hook tell the session through it.

    `quota_until` is set by whoever sees the provider's headers: when a quota wall is said to fall. `said` gives
    the agent's last words, `told` returns once all before a call has come.
    """

    channel: str
    session_id: str
    directory: Path
    turn_id: str | None = None
    attempt_id: str | None = None
    request_id: str = ""
    quota_until: datetime | None = None
    said: Callable[[], str] = str
    told: Callable[[str], Awaitable[object]] | None = None
    _waits: int = field(default=0, init=False)
    _waited: float = field(default=0.0, init=False)
    _since: float = field(default=0.0, init=False)

    def begin(self, turn_id: str, attempt_id: str) -> None:
        """From now on calls belong to this attempt."""
        self.turn_id, self.attempt_id, self.quota_until = turn_id, attempt_id, None
        self.request_id = context.request_id()
        self._waited, self._since = 0.0, clock.ticks()

    def end(self) -> None:
        """Calls from now on (a background task that goes on) belong to the channel, but to no turn."""
        self.turn_id = self.attempt_id = None
        self.request_id = ""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around the time that a tool call waits for a decision: neither silence nor turn time."""
        if self._waits == 0:
            self._since = clock.ticks()
        self._waits += 1
        try:
            yield
        finally:
            self._waits -= 1
            if self._waits == 0:
                self._waited += clock.ticks() - self._since

    async def words_before(self, call_id: str) -> str:
        """The hook may be faster than what was said: that comes by another way."""
        if self.told is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_ON_THEIR_WAY):
                    await self.told(call_id)
        return self.said()

    @property
    def waits(self) -> bool:
        return self._waits > 0

    @property
    def waited_seconds(self) -> float:
        return self._waited + (clock.ticks() - self._since if self._waits else 0.0)


class Passes:
    """Which token belongs to whom; in memory only, so a restart makes every earlier token worthless."""

    def __init__(self) -> None:
        self._by_token: dict[str, Pass] = {}

    def issue(self, caller: Pass) -> str:
        token = ids.token("session")
        self._by_token[token] = caller
        return token

    def find(self, token: str) -> Pass | None:
        return self._by_token.get(token)

    def revoke(self, token: str) -> None:
        self._by_token.pop(token, None)
