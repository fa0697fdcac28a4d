"""`sempre login-link`: into the dashboard with another browser or phone."""

import webbrowser

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import LoginLink, read
from sempre.cli.up import OpenOption
from sempre.cli.wording import until
from sempre.home import Home


def login_link(
    home: HomeOption = None, open_browser: OpenOption = False, json: JsonOption = False
) -> None:
    """Print a link that logs one browser in, once. It may operate, but not decide what agents may."""
    answer = Server.find(Home.find(home)).post("/api/login-links")
    link = read(answer, LoginLink)
    if json:
        screen.json(answer)
    else:
        screen.say(link.url)
        screen.note(f"It works once and ends {until(link.expires_at, clock.now())}.")
    if open_browser:
        webbrowser.open(link.url)
