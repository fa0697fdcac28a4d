"""`sempre status`: what runs, what waits and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Raw

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import NotRunningError, Server
from sempre.cli.options import HomeOption, JsonOption, WorkerFilter
from sempre.cli.queue import waiting
from sempre.cli.records import Status, TurnPage, TurnSummary, Worker, read
from sempre.cli.references import channel_of
from sempre.cli.waits import why
from sempre.cli.wording import dollars, head, plural, since
from sempre.errors import NotFoundError
from sempre.home import Home

_STATES = ("waiting", "parked", "queued")
_SHOWN = 30
_MODES = {
    "live": "",
    "login": ", on the user's own `claude` login",
    "rehearsal": ", a rehearsal: answers are scripted",
}


@dataclass(frozen=True)
class _Standing:
    status: bytes
    workers: bytes
    turns: Sequence[bytes]

    def waits(self) -> list[TurnSummary]:
        return [turn for page in self.turns for turn in reversed(read(page, TurnPage).items)]


def status(home: HomeOption = None, worker: WorkerFilter = None, json: JsonOption = False) -> None:
    """Show what runs, what waits and why, and what it cost today."""
    place = Home.find(home)
    try:
        standing = _read(Server.find(place), worker)
    except NotRunningError as error:
        raise _with_queue(error, place) from error
    workers = [each for each in read(standing.workers, list[Worker]) if worker in {None, each.name}]
    if worker is not None and not workers:
        raise NotFoundError(f"There is no worker {worker}. `sempre status` lists those there are.")
    if json:
        _print_json(standing)
    else:
        _print(read(standing.status, Status), workers, standing.waits())


def _read(server: Server, worker: str | None) -> _Standing:
    channel = None if worker is None else channel_of(worker)
    query = {"channel": channel, "limit": 200}
    return _Standing(
        status=server.get("/api/status"),
        workers=server.get("/api/workers"),
        turns=[server.get("/api/turns", {**query, "state": state}) for state in _STATES],
    )


def _print_json(standing: _Standing) -> None:
    """The API's own answers: the same fields, none left out."""
    items = [item for page in standing.turns for item in read(page, _RawPage)["items"]]
    screen.json(
        {"status": Raw(standing.status), "workers": Raw(standing.workers), "waiting": items}
    )


def _print(status: Status, workers: Sequence[Worker], waits: Sequence[TurnSummary]) -> None:
    for line in _head(status):
        screen.say(line)
    if workers:
        screen.say()
        screen.table(
            ("worker", "state", "turn", "since", "waits", "today", "cost", "about"),
            [_worker(worker) for worker in workers],
        )
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
    if status.waiting_for_real_model:
        lines.append(
            f"{plural(status.waiting_for_real_model, 'prompt')} kept for a real model: `sempre connect`"
        )
    return lines


def _worker(worker: Worker) -> tuple[str, ...]:
    now = clock.now()
    live = worker.live
    about = worker.state_reason or (live.prompt_head if live else "")
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


_RawPage = dict[str, list[Raw]]
