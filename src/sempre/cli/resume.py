"""`sempre resume`: a worker that stopped, or waits for a quota, goes on at once."""

from urllib.parse import quote

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption, WorkerArgument
from sempre.cli.records import Worker, read
from sempre.home import Home


def resume(worker: WorkerArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Let a stopped or parked worker go on at once."""
    answer = Server.find(Home.find(home)).post(f"/api/workers/{quote(worker, safe='')}/resume")
    if json:
        screen.json(answer)
    else:
        found = read(answer, Worker)
        screen.say(f"{found.name} is {found.state}, with {found.queued} queued.")
