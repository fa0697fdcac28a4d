"""Turns that are stuck: what should move and does not, and what waits for a person."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sempre import clock
from sempre.cli.diagnosis import prompts, reading
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.cli.queue import waiting
from sempre.cli.records import read
from sempre.cli.records.alerts import AlertPage
from sempre.cli.records.status import Status
from sempre.cli.records.turns import TurnPage, TurnSummary
from sempre.cli.records.workers import Worker
from sempre.cli.wording import duration, head, plural
from sempre.contract.messages import TurnState

_SOON = timedelta(seconds=60)  # what should happen at once has happened by then
_OVERDUE = timedelta(minutes=5)  # beyond the time limit of an attempt


def work(examined: Examined) -> Iterator[Finding]:
    found = list(_running(examined) if examined.server is not None else _at_rest(examined))
    yield from found or [ok("work", "Nothing is stuck.")]


def alerts(examined: Examined) -> Iterator[Finding]:
    """What the running Sempre says is wrong."""
    if examined.server is None:
        return
    page = read(examined.server.get("/api/alerts"), AlertPage)
    for alert in page.items:
        say = problem if alert.severity == "problem" else warning
        yield say("alerts", head(alert.message, 300), head(alert.remedy, 300))
    if page.webhook.error is not None:
        yield warning(
            "alerts", head(page.webhook.error, 300), "`sempre alerts test` tries it again."
        )
    elif not page.items:
        yield ok("alerts", "No alert lasts.")


def _running(examined: Examined) -> Iterator[Finding]:
    assert examined.server is not None  # noqa: S101  (the caller looked)
    workers = read(examined.server.get("/api/workers"), list[Worker])
    for worker in workers:
        yield from _worker(worker, examined.home.log)
    turns = read(examined.server.get("/api/turns", {"state": "running", "limit": 200}), TurnPage)
    for turn in turns.items:
        yield from _turn(turn, examined)
    if examined.status is not None:
        yield from _everything(examined.status)
        if examined.status.mode != "rehearsal":  # then they wait for a real model
            yield from prompts.unclaimed(examined, workers)


def _everything(status: Status) -> Iterator[Finding]:
    """What holds for all of them, and what is up to a person."""
    if status.suspended is not None:
        why = f": {head(status.suspended.reason, 200)}" if status.suspended.reason else "."
        said = f"Everything is suspended by {status.suspended.by}{why}"
        yield warning("work", said, "`sempre resume --all` lets it go on.")
    if status.counts.approvals:
        said = f"{plural(status.counts.approvals, 'call')} for a person to decide."
        yield note("work", said, "`sempre approvals` lists them.")
    if status.counts.dead:
        said = f"{plural(status.counts.dead, 'dead letter')} for a person to look at."
        yield warning("work", said, "`sempre dead` lists them.")


def _worker(worker: Worker, log: Path) -> Iterator[Finding]:
    said = f"{worker.name} is {worker.state}: {head(worker.state_reason or '', 300)}"
    match worker.state:
        case "stopped":
            yield problem("work", said, f"Mend that, then `sempre resume {worker.name}`.")
        case "parked" if not _is_suspended(worker):
            again = f"It goes on by itself; `sempre resume {worker.name}` tries it now."
            yield warning("work", said, again)
        case "away":
            yield warning("work", said, "Start Sempre there; no other machine has its files.")
        case "idle" if worker.oldest_queued_at is not None:
            yield from _unstarted(worker, clock.now() - worker.oldest_queued_at, log)
        case _:
            pass
    for ignored in worker.ignored:
        said = f"{head(ignored.name, 80)} in the queue of {worker.name} is ignored."
        yield warning("work", said, ignored.reason)


def _is_suspended(worker: Worker) -> bool:
    """All are, then; it is said once."""
    live = worker.live
    return live is not None and live.failure is not None and live.failure.kind == "suspended"


def _unstarted(worker: Worker, age: timedelta, log: Path) -> Iterator[Finding]:
    if age > _SOON:
        said = f"{plural(worker.queued, 'turn')} of {worker.name} wait for {duration(age)}, and none runs."
        yield problem("work", said, f"See the log {log}; start Sempre again, and they go on.")


def _turn(turn: TurnSummary, examined: Examined) -> Iterator[Finding]:
    settings = examined.settings
    own = settings.worker(turn.worker).turn_seconds if turn.worker else None
    limit = timedelta(seconds=own or settings.turns.seconds) * max(1, turn.attempts)
    if turn.started_at is not None and clock.now() - turn.started_at > limit + _OVERDUE:
        ran = duration(clock.now() - turn.started_at)
        yield problem(
            "work",
            f"{turn.name} runs for {ran}, longer than its time limit allows.",
            f"`sempre cancel {turn.name}`, then `sempre retry {turn.name}`.",
        )


def _at_rest(examined: Examined) -> Iterator[Finding]:
    if reading.is_readable(examined):
        counted = asyncio.run(reading.unfinished(examined))
        if running := counted.get(TurnState.RUNNING, 0):
            said = f"{plural(running, 'turn')} ran when Sempre ended without saying so."
            yield note("work", said, "`sempre up` goes on with them; they are not lost.")
        if others := sum(counted.values()) - running:
            yield note("work", f"{plural(others, 'turn')} wait.", "`sempre up` goes on with them.")
    if lying := waiting(examined.home):
        said = f"{plural(sum(lying.values()), 'prompt')} in the queue."
        yield note("work", said, "`sempre up` takes them in.")
