"""`sempre send`: a prompt for a worker, and its answer when it is waited for."""

import time
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from sempre import clock, ids
from sempre.cli import exits, queue, screen
from sempre.cli.answer import outcome, wait_for
from sempre.cli.client import NotRunningError, Server
from sempre.cli.options import AddressArgument, HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.status import Status
from sempre.cli.records.turns import Turn
from sempre.cli.records.workers import Worker
from sempre.cli.texts import given_text
from sempre.errors import InvalidError, NotFoundError, UnavailableError
from sempre.home import Home

_API = "api:"
_FOUND_WITHIN = 15.0  # seconds until a new folder has been seen, also where no events tell of it

TextArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="TEXT", show_default=False, help="The prompt; `-` reads stdin."),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", metavar="FILE", help="The prompt is in this file; `-` is stdin."),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", "-w", help="Wait for the answer and print it to stdout.")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        min=0.1, metavar="SECONDS", help="With --wait: give up waiting then. The turn goes on."
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        metavar="KEY", help="Sent twice under one key, it is one turn. Needs `sempre up`."
    ),
]
NewOption = Annotated[bool, typer.Option("--new", help="Make the worker if it is not there.")]


def send(
    worker: AddressArgument,
    text: TextArgument = None,
    home: HomeOption = None,
    file: FileOption = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = None,
    key: KeyOption = None,
    new: NewOption = False,
    json: JsonOption = False,
) -> None:
    """Send a prompt to a worker, or to an `api:` channel. When Sempre does not run, a worker's is laid into its
    queue."""
    prompt = given_text(text or [], file)
    place = Home.find(home)
    try:
        server = Server.find(place)
        turn, answer = _send(server, worker, prompt, key or ids.new_id(), new=new)
    except NotRunningError as error:
        if wait or key or worker.startswith(_API):
            raise
        _lay_down(place, worker, prompt, new=new, crash=error, json=json)
        return
    if server.mode == "rehearsal":
        screen.note(
            "This is a rehearsal: the answer is scripted. `sempre connect` connects a model."
        )
    if wait:
        turn, answer = wait_for(place, turn, seconds=timeout)
    _show(turn, answer, waited=wait, json=json)


def _send(server: Server, worker: str, prompt: str, key: str, *, new: bool) -> tuple[Turn, bytes]:
    on_api = worker.startswith(_API)
    name = quote(worker, safe="")
    path = f"/api/channels/{name}/messages" if on_api else f"/api/workers/{name}/turns"
    try:
        answer = server.post(path, {"text": prompt, "key": key})
    except (NotFoundError, InvalidError) as error:
        if on_api:
            raise
        known = [each.name for each in read(server.get("/api/workers"), list[Worker])]
        if worker in known:
            raise
        if not new:
            raise queue.unknown_worker(worker, known) from error
        _make(server, worker)
        answer = server.post(path, {"text": prompt, "key": key})
    except NotRunningError:
        raise
    except UnavailableError as error:
        raise UnavailableError(
            f"{error.message} Whether the prompt was stored is not known. Send it again with `--key {key}`: that "
            "makes one turn of both.",
            code=error.code,
        ) from error
    return read(answer, Turn), answer


def _make(server: Server, worker: str) -> None:
    """In the home that the server works in: while it rehearses that is another."""
    queue.make_worker(Home(Path(read(server.get("/api/status"), Status).home)), worker)
    by = clock.ticks() + _FOUND_WITHIN
    while worker not in [each.name for each in read(server.get("/api/workers"), list[Worker])]:
        if clock.ticks() > by:
            raise UnavailableError(
                f"The folder of {worker} was made, but Sempre has not found it yet. Send again in a moment."
            )
        time.sleep(0.05)


def _lay_down(
    home: Home, worker: str, prompt: str, *, new: bool, crash: NotRunningError, json: bool
) -> None:
    path = queue.drop(home, worker, prompt, new=new)
    screen.note(f"{crash.message} Until then the prompt waits in the queue.")
    if json:
        screen.json({"queued": str(path)})
    else:
        screen.say(str(path))


def _show(turn: Turn, answer: bytes, *, waited: bool, json: bool) -> None:
    if json:
        screen.json(answer)
    elif not waited:
        screen.say(f"{turn.name} is {turn.state}. `sempre tail {turn.name}` follows it.")
    elif turn.answer is not None:
        screen.text(turn.answer)
    if waited and turn.state != "answered":
        if not json:
            screen.note(outcome(turn))
        raise typer.Exit(exits.FAILED)
