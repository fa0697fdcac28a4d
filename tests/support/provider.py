"""A scripted model provider that outlives the Sempre under test: in this process, in a loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sempre.rehearsal import MessagesApi
from tests.support.patience import PATIENCE


@contextmanager
def scripted_provider() -> Iterator[MessagesApi]:
    """Listens on loopback until the block ends; `record` is what it was asked."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    api = MessagesApi()
    asyncio.run_coroutine_threadsafe(api.start(), loop).result(PATIENCE)
    try:
        yield api
    finally:
        asyncio.run_coroutine_threadsafe(api.close(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def credentials(api: MessagesApi) -> dict[str, str]:
    """What `sempre up` is given so that it takes the scripted provider for a real one."""
    return {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "sk-ant-test-0123456789"}
