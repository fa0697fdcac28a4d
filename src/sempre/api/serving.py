"""One uvicorn server inside our own loop: signals are the application's affair, and it does not wake ten times a
second to see whether it shall end."""

import asyncio
import contextlib
from collections.abc import Iterator

from uvicorn import Config
from uvicorn.server import Server as UvicornServer

_TICK_SECONDS = 1.0  # what the date in its headers needs


class Server(UvicornServer):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Take nothing more; `serve` returns when what was asked is answered."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._ending.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
