"""`sempre pause`: hold a worker back; `sempre resume` lets it go on."""

from typing import Annotated
from urllib.parse import quote

import typer

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption, WorkerArgument
from sempre.cli.records import read
from sempre.cli.records.workers import ChannelHold
from sempre.cli.references import channel_of
from sempre.cli.wording import span, stamp
from sempre.home import Home

ReasonOption = Annotated[
    str | None, typer.Option("--reason", "-r", help="Why; people see it, and the audit trail.")
]
ForOption = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="SPAN", show_default="until resumed", help="30min, 2h, 3d or 1w."
    ),
]


def pause(
    worker: WorkerArgument,
    home: HomeOption = None,
    reason: ReasonOption = None,
    during: ForOption = None,
    json: JsonOption = False,
) -> None:
    """Let a worker finish what it does and start nothing new. What comes in waits."""
    until = clock.now() + span(during) if during else None
    body = {"reason": reason, "until": until.isoformat() if until else None}
    server = Server.find(Home.find(home))
    answer = server.post(f"/api/channels/{quote(channel_of(worker), safe='')}/pause", body)
    if json:
        screen.json(answer)
        return
    held = read(answer, ChannelHold)
    end = held.pause.until if held.pause else None
    screen.say(
        f"{worker} starts nothing new"
        + (f" until {stamp(end)}." if end else f" until `sempre resume {worker}`.")
    )
