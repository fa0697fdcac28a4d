"""`sempre resume`: a worker that is paused, stopped, or waits for a quota goes on at once; or everything does."""

from typing import Annotated
from urllib.parse import quote

import typer

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption, WorkerFilter
from sempre.cli.records import read
from sempre.cli.records.status import Status
from sempre.cli.records.workers import Worker
from sempre.errors import InvalidError
from sempre.home import Home

AllOption = Annotated[
    bool, typer.Option("--all", help="Everything that `sempre suspend` stopped; no worker's pause.")
]


def resume(
    worker: WorkerFilter = None,
    home: HomeOption = None,
    every: AllOption = False,
    json: JsonOption = False,
) -> None:
    """Let a paused, stopped or parked worker go on at once; with --all lift the suspension of everything."""
    if every == bool(worker):
        raise InvalidError("Name the worker that shall go on, or say --all after `sempre suspend`.")
    server = Server.find(Home.find(home))
    if every:
        answer = server.post("/api/agent/resume")
        screen.json(answer) if json else screen.say("Everything goes on.")
        return
    answer = server.post(f"/api/workers/{quote(worker or '', safe='')}/resume")
    if json:
        screen.json(answer)
        return
    found = read(answer, Worker)
    screen.say(f"{found.name} is {found.state}, with {found.queued} queued.")
    if read(server.get("/api/status"), Status).suspended:
        screen.note("But everything is suspended: `sempre resume --all`.")
