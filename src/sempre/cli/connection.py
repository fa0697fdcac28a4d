"""`sempre connect` and `disconnect`: which model answers. A credential comes by prompt or stdin; in an argument every
user of the machine could read it."""

import sys
import time
from typing import Annotated, Literal

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import NotRunningError, Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.access import Connection
from sempre.errors import InvalidError, UnavailableError
from sempre.home import Home

_BACK_WITHIN = 60.0  # seconds: running turns get their grace time first
_PATH = "/api/connection"

Kind = Literal["key", "token", "base-url", "login"]
KindArgument = Annotated[
    Kind,
    typer.Argument(
        metavar="KIND",
        help="key: an API key; token: an auth token; base-url: a compatible address that wants neither; login: your "
        "own `claude` login, without the spend gate.",
    ),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="A compatible address instead of the provider's own."),
]
FolderOption = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER", show_default="~/.claude", help="With login: the Claude configuration."
    ),
]


def connect(
    kind: KindArgument,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    folder: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Connect a model, stored encrypted. A key or token is asked for, or read from stdin; never an argument. While
    Sempre runs with another one, this needs a token of scope `approve` in SEMPRE_TOKEN."""
    if folder is not None and kind != "login":
        raise InvalidError("--folder goes with login only.")
    value = _ask(kind) if kind in {"key", "token"} else folder
    body = {"kind": kind.replace("-", "_"), "value": value, "base_url": base_url}
    place = Home.find(home)
    try:
        server = Server.find(place)
        server.ask("PUT", _PATH, body=body)
    except NotRunningError:
        from sempre.cli.store import change_connection  # slow to import

        _tell(change_connection(place, body), json=json, running=False)
        return
    _tell(_after_restart(server), json=json, running=True)


def disconnect(home: HomeOption = None, json: JsonOption = False) -> None:
    """Forget the stored connection. Without any, Sempre rehearses and real prompts wait. While Sempre runs, this needs
    a token of scope `approve` in SEMPRE_TOKEN."""
    place = Home.find(home)
    try:
        server = Server.find(place)
        server.ask("DELETE", _PATH)
    except NotRunningError:
        from sempre.cli.store import change_connection  # slow to import

        _tell(change_connection(place, None), json=json, running=False)
        return
    _tell(_after_restart(server), json=json, running=True)


def _ask(kind: Kind) -> str:
    if sys.stdin.isatty():
        return typer.prompt(f"The {kind} (it is not shown)", hide_input=True, err=True)
    return sys.stdin.read().strip()


def _after_restart(before: Server) -> Connection | None:
    """What it is connected with, once it is there again; None when that takes long."""
    by = clock.ticks() + _BACK_WITHIN
    while clock.ticks() < by:
        time.sleep(0.2)
        try:
            server = Server.find(before.home)
            if server.token != before.token:
                return read(server.get(_PATH), Connection)
        except UnavailableError:
            continue  # it is on its way
    return None


def _tell(found: Connection | None, *, json: bool, running: bool) -> None:
    if json:
        screen.json({"connection": found, "running": running})
    elif found is None:
        screen.say("It is stored. Sempre still finishes what runs, then it starts anew with it.")
    elif found.kind == "none":
        screen.say("No model is connected. Sempre rehearses: answers are scripted.")
    else:
        where = " ".join(filter(None, [found.kind, found.hint, found.base_url]))
        then = "Sempre started anew with it." if running else "`sempre up` starts with it."
        screen.say(f"Connected: {where}. {then}")
