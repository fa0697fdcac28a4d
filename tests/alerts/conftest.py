"""A receiver of webhooks on loopback, and sources of which the test says what they measure."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from sempre.alerts import BackupStanding, BudgetStanding, Sources, Thresholds
from sempre.errors import UnavailableError

THRESHOLDS = Thresholds(
    queue=timedelta(minutes=30),
    failure_percent=50,
    failure_turns=4,
    failure_window=timedelta(hours=1),
    approval=timedelta(minutes=10),
    disk_free=1_000_000_000,
    backup_grace=timedelta(hours=1),
    provider_window=timedelta(minutes=10),
    provider_failures=3,
)


@dataclass
class World:
    """Nothing is wrong in it until the test says so. What stands in `blind` does not answer, what stands in `broken`
    has a fault."""

    queued: dict[str, tuple[int, datetime | None]] = field(
        default_factory=dict[str, tuple[int, datetime | None]]
    )
    approvals: dict[str, tuple[int, datetime | None]] = field(
        default_factory=dict[str, tuple[int, datetime | None]]
    )
    ended: tuple[int, int] = (0, 0)
    attempts: dict[str, int] = field(default_factory=dict[str, int])
    refusing: list[str] = field(default_factory=list[str])
    budgets: list[BudgetStanding] = field(default_factory=list[BudgetStanding])
    free: int = 10**12
    backup: BackupStanding | None = None
    blind: set[str] = field(default_factory=set[str])
    broken: set[str] = field(default_factory=set[str])

    def sources(self) -> Sources:
        async def queued() -> Mapping[str, tuple[int, datetime | None]]:
            self._look("queued")
            return self.queued

        async def approvals() -> Mapping[str, tuple[int, datetime | None]]:
            return self.approvals

        async def ended(_window: timedelta) -> tuple[int, int]:
            return self.ended

        async def attempts(_window: timedelta) -> Mapping[str, int]:
            return self.attempts

        async def refusing() -> Sequence[str]:
            return self.refusing

        async def budgets() -> Sequence[BudgetStanding]:
            return self.budgets

        async def disk_free() -> int:
            return self.free

        async def backups() -> BackupStanding | None:
            return self.backup

        return Sources(
            queued=queued,
            approvals=approvals,
            ended=ended,
            attempts=attempts,
            refusing=refusing,
            budgets=budgets,
            disk_free=disk_free,
            backups=backups,
        )

    def _look(self, name: str) -> None:
        if name in self.blind:
            raise UnavailableError("It does not answer.")
        if name in self.broken:
            raise ValueError("What it read makes no sense.")


@dataclass(frozen=True)
class Received:
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with the statuses laid down for it, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list[int])
    received: list[Received] = field(default_factory=list[Received])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        location = b"location: http://127.0.0.1:1/\r\n" if status == 302 else b""
        writer.write(b"HTTP/1.1 %d x\r\n%bcontent-length: 0\r\n\r\n" % (status, location))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.received]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook/secret-path"
    async with server:
        yield found
