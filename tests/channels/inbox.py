"""An Inbox that keeps in memory what a channel hands over, and behaves like the real one: once, numbered, in order."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sempre.contract.messages import Accepted, Inbound
from sempre.errors import UnavailableError
from tests.support.patience import PATIENCE


@dataclass
class RecordingInbox:
    """`outage` makes accept fail as long as it is set; `batches` are the sizes in which messages came."""

    messages: list[Inbound] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    notices: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    given_out: set[str] = field(default_factory=set)
    outage: UnavailableError | None = None
    refused_calls: int = 0
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, channel: str, *, first_number: int = 1) -> None:
        self.opened.setdefault(channel, first_number)

    async def accept(self, messages: Sequence[Inbound]) -> Sequence[Accepted]:
        if self.outage:
            self.refused_calls += 1
            self._changed.set()
            raise self.outage
        self.batches.append(len(messages))
        return [self._store(message) for message in messages]

    async def published(self, channel: str, external_ids: Iterable[str]) -> Mapping[str, bool]:
        return {
            one: one in self.given_out for one in external_ids if (channel, one) in self._numbers
        }

    async def notice(self, channel: str, kind: str, details: Mapping[str, str]) -> None:
        self.notices.append((channel, kind, dict(details)))
        self._changed.set()

    def texts(self, channel: str | None = None) -> list[str]:
        return [m.text for m in self.messages if channel in (None, m.channel)]

    def said(self, kind: str) -> list[dict[str, str]]:
        return [details for _, code, details in self.notices if code == kind]

    async def until(self, count: int, within: float = PATIENCE) -> None:
        """Wait until so many messages have been accepted."""
        await self._until(lambda: len(self.messages) >= count, within)

    async def until_said(self, kind: str, within: float = PATIENCE) -> dict[str, str]:
        await self._until(lambda: bool(self.said(kind)), within)
        return self.said(kind)[0]

    async def until_refused(self, within: float = PATIENCE) -> None:
        """Wait until somebody met the outage."""
        await self._until(lambda: self.refused_calls > 0, within)

    async def _until(self, holds: Callable[[], bool], within: float) -> None:
        async with asyncio.timeout(within):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def _store(self, message: Inbound) -> Accepted:
        assert message.channel in self.opened, "a channel is opened before it takes in"
        key = (message.channel, message.external_id)
        fresh = key not in self._numbers
        if fresh:
            self._numbers[key] = self._next.setdefault(
                message.channel, self.opened[message.channel]
            )
            self._next[message.channel] += 1
            self.messages.append(message)
            self._changed.set()
        return Accepted(
            turn_id=f"turn-{message.external_id}", number=self._numbers[key], fresh=fresh
        )
