"""Listens for the scripted Messages API. Serves loopback only; what is answered is the provider's affair."""

import asyncio
from pathlib import Path
from types import TracebackType

from sempre.rehearsal.answers import Manner
from sempre.rehearsal.provider import Provider
from sempre.rehearsal.record import Record
from sempre.rehearsal.wire import Connection

_HOST = "127.0.0.1"
_BACKLOG = 512


class MessagesApi:
    """`async with MessagesApi() as api:` serves at `api.url`; `api.record` holds what it was asked.

    `label` makes every answer say that it is scripted. `pace` is the pause between the words of the answer
    to a prompt without a script, in seconds. `log` is a file for the record as JSON lines.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        label: bool = False,
        pace: float = 0.03,
        log: Path | None = None,
        keep: int = 20_000,
    ) -> None:
        self.port = port
        self.record = Record(log, keep)
        self._provider = Provider(self.record, Manner(label, pace))
        self._live: set[Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    async def start(self) -> None:
        """Listen; port 0 becomes a free one. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._provider.respond, self._live),
            _HOST,
            self.port,
            backlog=_BACKLOG,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and hang up on everyone."""
        if self._server is None:
            return
        self._server.close()
        await asyncio.gather(*(connection.close() for connection in list(self._live)))
        await self._server.wait_closed()
        self._server = None
        self.record.close()

    async def __aenter__(self) -> "MessagesApi":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
