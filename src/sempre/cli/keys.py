"""`sempre key`: the key that everything stored is encrypted with."""

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer

from sempre.cli import screen
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.wording import plural
from sempre.errors import MisconfiguredError, NotFoundError
from sempre.home import Home, Lock

if TYPE_CHECKING:
    from sempre.db.rotation import Rotation

key = typer.Typer(no_args_is_help=True, help="The key that everything stored is encrypted with.")
_ENVIRONMENT_NAME = "SEMPRE_KEY"
_OLD = "key.old"

ForgetOption = Annotated[
    bool,
    typer.Option(
        "--forget-old", help="Keep the old key nowhere. Backups made until now then open no more."
    ),
]


@key.command()
def rotate(
    home: HomeOption = None, forget_old: ForgetOption = False, json: JsonOption = False
) -> None:
    """Encrypt everything with a new key. Sempre must not run; a rotation that was broken off goes on."""
    place = Home.find(home)
    _require_own_key(place)
    lock = Lock(place)
    try:
        done = asyncio.run(_rotate(place, forget_old=forget_old))
    finally:
        lock.release()
    archive = None if forget_old else str(place.state / _OLD)
    if json:
        screen.json({"resealed": done.resealed, "key": str(place.key), "old_keys": archive})
        return
    screen.say(f"{plural(done.resealed, 'value')} encrypted anew. The new key is in {place.key}.")
    if archive:
        screen.say(f"The old one is in {archive}; backups made until now need it.")
    screen.note("Keep a copy of the new key where your backups are not.")


def _require_own_key(home: Home) -> None:
    """A key from the environment is changed where the environment is set."""
    if os.environ.get(_ENVIRONMENT_NAME):
        raise MisconfiguredError(
            f"The key comes from {_ENVIRONMENT_NAME}, and not from the home.",
            remedy=f"Write that key into {home.key} (mode 600), unset {_ENVIRONMENT_NAME}, and rotate again.",
        )
    if not home.key.exists():
        raise NotFoundError(
            f"There is no key in {home.path} yet; the first `sempre up` makes one. Name the home with --home."
        )


async def _rotate(home: Home, *, forget_old: bool) -> "Rotation":
    # Slow to import, and needed by this command only.
    from sempre.app import stores
    from sempre.db import backup, rotation
    from sempre.settings import load

    settings = load(home.path)
    databases = stores.files(home, stores.address(home, settings))
    _, db = await asyncio.to_thread(stores.prepare, home, settings)
    try:
        if databases:
            await asyncio.to_thread(backup.create, home.backups, databases, "before-new-key")
        archive = None if forget_old else home.state / _OLD
        return await rotation.rotate(db, home.key, archive=archive)
    finally:
        await db.close()
