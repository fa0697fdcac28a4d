"""`sempre key`: the key that everything stored is encrypted with."""

import os
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.wording import plural
from sempre.errors import MisconfiguredError, NotFoundError
from sempre.home import Home

key = typer.Typer(no_args_is_help=True, help="The key that everything stored is encrypted with.")
_ENVIRONMENT_NAME = "SEMPRE_KEY"
_OLD = "key.old"

ForgetOption = Annotated[
    bool,
    typer.Option(
        "--forget-old", help="Keep the old key nowhere. Backups made until now then open no more."
    ),
]


@key.command("rotate")
def rotate_key(
    home: HomeOption = None, forget_old: ForgetOption = False, json: JsonOption = False
) -> None:
    """Encrypt everything with a new key. Sempre must not run; a rotation that was broken off goes on."""
    place = Home.find(home)
    _require_own_key(place)
    from sempre.cli.rotating import rotate  # slow to import

    archive = None if forget_old else place.state / _OLD
    done = rotate(place, archive)
    if json:
        screen.json(
            {"resealed": done.resealed, "key": str(place.key), "old_keys": archive and str(archive)}
        )
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
