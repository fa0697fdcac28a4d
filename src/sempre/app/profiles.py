"""How Claude Code is started for a worker."""

import asyncio
import sys
from pathlib import Path

from sempre.agents.claude import Profile, project
from sempre.app.house import House


async def profile_of(house: House, channel: str) -> Profile:
    """What sempre.toml says of it, and what a person said over that since."""
    home, settings = house.home, house.live.now
    worker = settings.worker(channel.partition(":")[2])
    told = (await house.directives.get(channel)).value
    directory = house.permissions.directory(channel)
    house.permissions.require_directory(channel)
    if not worker.directory:
        directory.mkdir(parents=True, exist_ok=True)
    return Profile(
        directory=directory,
        trusted=await _trusted(house, directory),
        sandbox=house.permissions.sandbox(channel),
        hidden=(str(home.state), str(home.path / ".queue"), str(home.path / ".output")),
        model=told.model if told.model is not None else worker.model,
        effort=told.effort if told.effort is not None else worker.effort,
        instructions=told.instructions if told.instructions is not None else worker.instructions,
        tools=told.narrowed(house.permissions.tools(channel)),
        silence_seconds=told.silence_seconds
        or worker.silence_seconds
        or settings.turns.silence_seconds,
        turn_seconds=told.turn_seconds or worker.turn_seconds or settings.turns.seconds,
    )


async def _trusted(house: House, directory: Path) -> str:
    """What a person trusts the folder to bring, when it is still just that. Blocks a thread only for a trusted one."""
    if not await house.trusts.look():
        return ""
    trust = house.trusts.of(await asyncio.to_thread(directory.resolve))
    if trust is None or sys.platform == "win32":  # there the gate's second hook cannot look
        return ""
    found = await asyncio.to_thread(project.read, directory)
    return trust.contents if found.contents == trust.contents else ""
