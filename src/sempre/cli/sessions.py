"""`sempre sessions`: the memory of a worker: those it had, beginning anew, going on in a copy."""

from typing import Annotated
from urllib.parse import quote

import typer
from msgspec import Raw

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.groups import Showing
from sempre.cli.options import HomeOption, JsonOption, WorkerArgument
from sempre.cli.records import read
from sempre.cli.records.workers import WorkerSession
from sempre.cli.wording import dollars, stamp
from sempre.home import Home

sessions = typer.Typer(
    cls=Showing,
    help="A worker's sessions: show, reset, fork. `sempre sessions WORKER` shows them.",
)

ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="WORKER", help="Another worker, which goes on in the copy."),
]


@sessions.command("show")
def show(worker: WorkerArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show the sessions that a worker had, newest first, and what they took."""
    _print(Server.find(Home.find(home)).get(_path(worker, "sessions")), json=json)


@sessions.command("reset")
def reset(worker: WorkerArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Begin anew with the next turn. What runs finishes in its session, which is kept."""
    _print(Server.find(Home.find(home)).post(_path(worker, "session/reset")), json=json)


@sessions.command("fork")
def fork(
    worker: WorkerArgument,
    home: HomeOption = None,
    to: ToOption = None,
    json: JsonOption = False,
) -> None:
    """Go on in a copy of the present session with the next turn, here or at another worker."""
    server = Server.find(Home.find(home))
    _print(server.post(_path(worker, "session/fork"), {"to": to}), json=json)


def _path(worker: str, what: str) -> str:
    return f"/api/workers/{quote(worker, safe='')}/{what}"


def _print(answer: bytes, *, json: bool) -> None:
    if json:
        screen.json(answer)
        return
    found = [read(raw, WorkerSession) for raw in read(answer, list[Raw])]
    if not found:
        screen.say("No session yet.")
    else:
        columns = ("session", "began", "how", "turns", "cost", "from")
        screen.table(columns, [_row(each) for each in found])


def _row(session: WorkerSession) -> tuple[str, ...]:
    return (
        session.id + (" (now)" if session.current else ""),
        stamp(session.began_at),
        session.origin or "",
        str(session.turns),
        dollars(session.cost_micros),
        session.parent or "",
    )
