"""A scripted model provider for what is measured: in this process, in a loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sempre.rehearsal import MessagesApi


@contextmanager
def scripted_provider() -> Iterator[MessagesApi]:
    """Listens on loopback until the block ends; `record` is what it was asked."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    api = MessagesApi()
    asyncio.run_coroutine_threadsafe(api.start(), loop).result(10)
    try:
        yield api
    finally:
        asyncio.run_coroutine_threadsafe(api.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
