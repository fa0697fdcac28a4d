"""`sempre login-link`: into the dashboard with another browser or phone."""

import webbrowser
from typing import Annotated
from urllib.parse import urlsplit

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.access import LoginLink
from sempre.cli.wording import until
from sempre.home import Home

OpenOption = Annotated[bool, typer.Option("--open", help="Open it in the browser of this machine.")]


def login_link(
    home: HomeOption = None, open_browser: OpenOption = False, json: JsonOption = False
) -> None:
    """Print a link that logs one browser in, once. It may operate, but not decide what agents may."""
    server = Server.find(Home.find(home))
    link = read(server.post("/api/login-links"), LoginLink)
    parts = urlsplit(link.url)
    url = f"{server.url}{parts.path}?{parts.query}"
    if json:
        screen.json({"url": url, "expires_at": link.expires_at})
    else:
        screen.say(url)
        screen.note(f"It works once and ends {until(link.expires_at, clock.now())}.")
    if open_browser:
        webbrowser.open(url)
