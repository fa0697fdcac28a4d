"""Asking for something that a run does, and waiting for its end when that is wished."""

import typer

from sempre.cli import screen
from sempre.cli.card_waiting import wait_for
from sempre.cli.cards import stage_of, state_of, why
from sempre.cli.client import Server
from sempre.cli.exits import FAILED
from sempre.cli.following import newest
from sempre.cli.records import read
from sempre.cli.records.executions import Execution


def start(
    server: Server, path: str, body: dict[str, object] | None, *, wait: bool, json: bool
) -> None:
    """Ends with 1 when the run that was waited for failed or was cancelled."""
    after = newest(server)  # what happens from here on is not missed
    answer = server.post(path, body)
    if not wait:
        tell_run(answer, "runs", json=json)
        return
    run, answer = wait_for(server, read(answer, Execution), after=after)
    tell_run(answer, f"is {state_of(run)}", json=json)
    if run.status in {"failed", "cancelled"}:
        raise typer.Exit(FAILED)


def tell_run(answer: bytes, what: str, *, json: bool) -> None:
    if json:
        screen.json(answer)
        return
    run = read(answer, Execution)
    reason = why(run)
    is_said = "waits in line" if run.status == "queued" else what
    screen.say(f"{run.card_key} {is_said} at {stage_of(run)}.{f' {reason}' if reason else ''}")
