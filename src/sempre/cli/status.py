"""`sempre status`: what runs, what waits and why."""

from collections.abc import Sequence

from msgspec import Raw, Struct

from sempre import clock
from sempre.cli import screen
from sempre.cli.approval_table import print_table
from sempre.cli.client import NotRunningError, Server
from sempre.cli.options import HomeOption, JsonOption, WorkerFilter
from sempre.cli.pages import items_of
from sempre.cli.queue import waiting
from sempre.cli.records import read
from sempre.cli.records.approvals import ApprovalSummary
from sempre.cli.records.status import Status
from sempre.cli.records.turns import TurnSummary
from sempre.cli.records.workers import Worker
from sempre.cli.references import channel_of
from sempre.cli.waits import why
from sempre.cli.wording import dollars, head, plural, since
from sempre.errors import NotFoundError
from sempre.home import Home

_STATES = ("waiting", "parked", "queued")
_SHOWN = 30
_READ = 200
_MODES = {
    "live": "",
    "login": ", on the user's own `claude` login",
    "rehearsal": ", a rehearsal: answers are scripted",
}


class _Standing(Struct, frozen=True):
    """The API's own answers: with the same fields, none left out."""

    status: Raw
    workers: Sequence[Raw]
    waiting: Sequence[Raw]
    approvals: Sequence[Raw]


def status(home: HomeOption = None, worker: WorkerFilter = None, json: JsonOption = False) -> None:
    """Show what runs, what waits and why, and what it cost today."""
    place = Home.find(home)
    try:
        standing = _read(Server.find(place), worker)
    except NotRunningError as error:
        raise _with_queue(error, place) from error
    if json:
        screen.json(standing)
        return
    _print(
        read(standing.status, Status),
        [read(each, Worker) for each in standing.workers],
        [read(each, TurnSummary) for each in standing.waiting],
        [read(each, ApprovalSummary) for each in standing.approvals],
    )


def _read(server: Server, worker: str | None) -> _Standing:
    """Raises NotFoundError when there is no such worker."""
    found = read(server.get("/api/workers"), list[Raw])
    workers = [each for each in found if worker in {None, read(each, Worker).name}]
    if worker is not None and not workers:
        raise NotFoundError(f"There is no worker {worker}. `sempre status` lists those there are.")
    channel = None if worker is None else channel_of(worker)
    waits: list[Raw] = []
    for state in _STATES:
        query = {"channel": channel, "state": state}
        waits += reversed(items_of(server, "/api/turns", query, _READ))
    query = {"channel": channel, "state": "open"}
    asked = items_of(server, "/api/approvals", query, _SHOWN)
    return _Standing(Raw(server.get("/api/status")), workers, waits, asked)


def _print(
    status: Status,
    workers: Sequence[Worker],
    waits: Sequence[TurnSummary],
    asked: Sequence[ApprovalSummary],
) -> None:
    for line in _head(status):
        screen.say(line)
    if workers:
        screen.say()
        screen.table(
            ("worker", "state", "turn", "since", "waits", "today", "cost", "about"),
            [_worker(worker) for worker in workers],
        )
    if asked:
        screen.say("\nWaiting for you: sempre approvals show ID", bold=True)
        print_table(asked)
    if waits:
        screen.say()
        screen.table(
            ("turn", "state", "for", "prompt", "why"),
            [_wait(turn, workers) for turn in waits[:_SHOWN]],
        )
        if len(waits) > _SHOWN:
            screen.say(f"… and {len(waits) - _SHOWN} more: sempre turns --state queued")
    for worker in workers:
        for ignored in worker.ignored:
            screen.say(f"{worker.name}: {head(ignored.name, 60)} is ignored. {ignored.reason}")


def _head(status: Status) -> list[str]:
    counts, today = status.counts, status.today
    ran = since(status.started_at, clock.now())
    now = {
        "running": counts.running,
        "queued": counts.queued,
        "parked": counts.parked,
        "waiting for a person": counts.waiting,
    }
    unknown = f" and {today.unknown_cost_calls} of unknown cost" if today.unknown_cost_calls else ""
    lines = [
        f"Sempre {status.version}{_MODES.get(status.mode, '')}; in {status.home}, for {ran}",
        f"Model: {status.connection.detail or 'none connected'}",
        f"Now: {', '.join(f'{count} {name}' for name, count in now.items())}; "
        + plural(counts.dead, "dead letter"),
        f"Today: {today.answered} answered, {today.failed} failed, {dollars(today.cost_micros)}{unknown}",
    ]
    if status.suspended:
        reason = f": {head(status.suspended.reason, 200)}" if status.suspended.reason else ""
        lines.append(
            f"Everything is suspended by {status.suspended.by} for "
            f"{since(status.suspended.since, clock.now())}{reason}. Go on: `sempre resume --all`"
        )
    if counts.proposals:
        waiting = plural(counts.proposals, "right")
        lines.append(f"{waiting} in sempre.toml waiting for approval: `sempre policy proposals`")
    if status.settings.problem:
        problem = head(status.settings.problem, 300)
        lines.append(f"sempre.toml does not hold, what it said before does: {problem}")
    if status.settings.waiting:
        names = ", ".join(status.settings.waiting)
        lines.append(f"sempre.toml says something else by now, which a restart reads: {names}")
    if status.waiting_for_real_model:
        lines.append(
            f"{plural(status.waiting_for_real_model, 'prompt')} kept for a real model: `sempre connect`"
        )
    return lines


def _worker(worker: Worker) -> tuple[str, ...]:
    now = clock.now()
    live = worker.live
    about = worker.state_reason or (head(live.prompt_head, 60) if live else "")
    return (
        worker.name,
        worker.state,
        f"#{live.number}" if live else "",
        since(live.started_at or live.received_at, now) if live else "",
        str(worker.queued or ""),
        f"{worker.today.answered} / {worker.today.failed}",
        dollars(worker.today.cost_micros),
        head(about, 200),
    )


def _wait(turn: TurnSummary, workers: Sequence[Worker]) -> tuple[str, ...]:
    place = next((worker for worker in workers if worker.channel == turn.channel), None)
    return (
        turn.name,
        turn.state,
        since(turn.received_at, clock.now()),
        head(turn.prompt_head, 40),
        head(why(turn, place, clock.now()), 240),
    )


def _with_queue(error: NotRunningError, home: Home) -> NotRunningError:
    """Nothing runs; what waits can be told all the same."""
    lying = waiting(home)
    if lying:
        listed = ", ".join(f"{name} {count}" for name, count in lying.items())
        error.message += f" {plural(sum(lying.values()), 'prompt')} wait in its queue: {listed}."
    return error
