"""`sempre profile`: where the time and the memory of the running Sempre go."""

from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.profile import Profile
from sempre.cli.wording import size
from sempre.home import Home

SecondsOption = Annotated[
    float, typer.Option("--seconds", "-s", min=0.1, max=120, help="How long to watch.")
]
_PATIENCE = 60.0  # seconds beside what was asked for


def profile(home: HomeOption = None, seconds: SecondsOption = 10, json: JsonOption = False) -> None:
    """Watch the running Sempre for some seconds, and write down where its time and memory go."""
    server = Server.find(Home.find(home))
    if not json:
        screen.note(f"Watching for {seconds:g} s …")
    answer = server.ask(
        "POST", "/api/profile", body={"seconds": seconds}, seconds=seconds + _PATIENCE
    )
    if json:
        screen.json(answer)
        return
    made = read(answer, Profile)
    screen.say(f"Memory  {size(made.rss_bytes)}; {size(max(made.grown_bytes, 0))} grew meanwhile")
    screen.say(f"CPU     {made.cpu} ({made.samples} samples; open it in speedscope)")
    screen.say(f"Heap    {made.memory}\n")
    screen.table(("share", "where"), [(f"{each.percent} %", each.name) for each in made.top])
