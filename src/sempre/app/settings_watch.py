"""Picks up what changes in sempre.toml while Sempre runs. One look a second at one file costs nothing, and holds for
every editor and file system."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from sempre import schedule
from sempre.app.house import House
from sempre.app.shipped import is_shipped
from sempre.errors import SempreError
from sempre.settings import Settings
from sempre.settings.live import LIVE

_EVERY = 1.0  # seconds
_log = structlog.stdlib.get_logger(__name__)


async def watch(house: House, applied: Callable[[Settings], Awaitable[None]]) -> None:
    """Until cancelled. `applied` is told what holds now."""
    await asyncio.to_thread(house.live.begin, house.home.path)
    while True:
        await asyncio.sleep(_EVERY)
        try:
            await look(house, applied)
        except SempreError as error:
            house.live.refuse(error.message)
            house.log.append("settings.refused", {"reason": error.message})
            _log.warning("settings.refused", reason=error.message)
        except Exception as error:  # noqa: BLE001  (the loop's edge: told, and looked again)
            house.live.refuse(
                f"Sempre failed while it read sempre.toml; its log says where: {error}"
            )
            _log.exception("settings.fault")


async def look(house: House, applied: Callable[[Settings], Awaitable[None]]) -> bool:
    """Whether other settings hold now. What they narrow holds at once, what they widen waits for a person. Raises
    SempreError for a file that can't hold; the one before does."""
    wanted = await asyncio.to_thread(house.live.look, house.home.path)
    if wanted is None:
        return False
    _check_schedules(wanted)
    shipped = await asyncio.to_thread(is_shipped, house.home.path)
    reading = await house.permissions.prepare(wanted, shipped=shipped)
    changed = [name for name in LIVE if getattr(wanted, name) != getattr(house.live.now, name)]
    house.permissions.take(reading)
    house.live.take(wanted)
    house.proposals.changed()
    await applied(wanted)
    details = {"changed": changed, "waiting": list(house.live.waiting)}
    house.log.append("settings.changed", details)
    return True


def _check_schedules(wanted: Settings) -> None:
    """Raises MisconfiguredError."""
    for worker in wanted.workers.values():
        for each in worker.schedule:
            schedule.parse(each.every, wanted.server.zone)
