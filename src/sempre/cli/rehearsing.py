"""Serves the scripted Messages API until a signal. Imported by `rehearse` only."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

from sempre.errors import UnavailableError
from sempre.rehearsal import MessagesApi


def serve(api: MessagesApi, on_ready: Callable[[str], None]) -> None:
    """`on_ready` is given the address. Raises UnavailableError when the port is taken."""
    with contextlib.suppress(KeyboardInterrupt):  # where loops take no signals, Ctrl-C raises
        asyncio.run(_serve(api, on_ready))


async def _serve(api: MessagesApi, on_ready: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    try:
        await api.start()
    except OSError as error:
        raise UnavailableError(
            f"Port {api.port} cannot be used: {error.strerror}. Name another with --port, or 0 for a free one."
        ) from error
    try:
        on_ready(api.url)
        await stopped.wait()
    finally:
        await api.close()
