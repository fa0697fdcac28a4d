"""The connection in a home's own store, for when nobody runs that could be asked. Imported where that is so only: the
stores hang on it."""

import asyncio
from collections.abc import Mapping

from sempre.access import Kind, Offer
from sempre.app import Plan
from sempre.app.doors import open_doors
from sempre.cli.records.access import Connection
from sempre.home import Home, Lock
from sempre.settings import load

LOCAL = "local"  # whoever has the files of this home


def change_connection(home: Home, offer: Mapping[str, str | None] | None) -> Connection:
    """Store what is offered (None: forget what is stored), and give what holds then. Nobody can start meanwhile.

    Raises InvalidError, NotFoundError, ConflictError.
    """
    home.make()
    lock = Lock(home)
    try:
        return asyncio.run(_change(home, offer))
    finally:
        lock.release()


async def _change(home: Home, offer: Mapping[str, str | None] | None) -> Connection:
    async with open_doors(Plan(home=home, settings=load(home.path), given={})) as doors:
        if offer is None:
            await doors.connections.remove(by=LOCAL)
        else:
            kind = Kind(offer["kind"])
            await doors.connections.store(
                Offer(kind=kind, value=offer["value"], base_url=offer["base_url"]), by=LOCAL
            )
        found = await doors.connections.current()
    return Connection(found.kind.value, found.source, found.hint, found.base_url)
