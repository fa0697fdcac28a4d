"""Changes the key of a home. Imported by `key rotate` only: the stores hang on it."""

import asyncio
from pathlib import Path

from sempre.app import stores
from sempre.db import rotation
from sempre.db.rotation import Rotation
from sempre.home import Home, Lock
from sempre.settings import load


def rotate(home: Home, archive: Path | None) -> Rotation:
    """Everything sealed anew, after a backup; nobody can start meanwhile. Raises ConflictError when somebody runs."""
    lock = Lock(home)
    try:
        return asyncio.run(_rotate(home, archive))
    finally:
        lock.release()


async def _rotate(home: Home, archive: Path | None) -> Rotation:
    settings = load(home.path)
    _, db = await asyncio.to_thread(stores.prepare, home, settings)
    try:
        await asyncio.to_thread(stores.keep, home, settings, "before-new-key")
        return await rotation.rotate(db, home.key, archive=archive)
    finally:
        await db.close()
