"""Work that is stuck: what should move and does not, and what waits for a person."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from sempre import clock
from sempre.cli.diagnosis import reading
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.cli.queue import folders, waiting
from sempre.cli.records import TurnPage, TurnSummary, Worker, read
from sempre.cli.wording import duration, head, plural
from sempre.contract.messages import TurnState

_SOON = timedelta(seconds=60)  # what should happen at once has happened by then
_OVERDUE = timedelta(minutes=5)  # beyond the time limit of an attempt
# A claim carries the id of its turn; docs/channels/files.md describes its name.
_CLAIM = re.compile(r"[0-9]{19}-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-.+", re.DOTALL)


class _Alert(Struct):
    severity: str
    message: str
    remedy: str


class _Webhook(Struct):
    error: str | None


class _Alerts(Struct):
    items: list[_Alert]
    webhook: _Webhook


def work(examined: Examined) -> Iterator[Finding]:
    found = list(_running(examined) if examined.server is not None else _at_rest(examined))
    yield from found or [ok("work", "Nothing is stuck.")]


def claims(examined: Examined) -> Iterator[Finding]:
    """Prompts that were taken out of the queue and of which no turn was made."""
    lying = _claims(examined)
    if not lying or not reading.is_readable(examined):
        return
    lost = asyncio.run(reading.without_turn(examined, lying))
    for channel, count in lost.items():
        if count == 0:
            continue
        said = f"{plural(count, 'claimed prompt')} of {channel} became no turn yet."
        if examined.server is None:
            yield note("work", said, "The next `sempre up` takes them up; nothing is lost.")
        else:
            yield problem("work", said, "Start Sempre again: it takes them up, in their order.")


def alerts(examined: Examined) -> Iterator[Finding]:
    """What the running Sempre says is wrong."""
    if examined.server is None:
        return
    page = read(examined.server.get("/api/alerts"), _Alerts)
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
        yield from _worker(worker)
    turns = read(examined.server.get("/api/turns", {"state": "running", "limit": 200}), TurnPage)
    for turn in turns.items:
        yield from _turn(turn, examined)
    if examined.status is not None:
        if examined.status.counts.dead:
            said = f"{plural(examined.status.counts.dead, 'dead letter')} for a person to look at."
            yield warning("work", said, "`sempre dead` lists them.")
        if examined.status.mode != "rehearsal":
            yield from _unclaimed(examined)


def _worker(worker: Worker) -> Iterator[Finding]:
    why = head(worker.state_reason or "", 300)
    if worker.state == "stopped":
        again = f"Mend that, then `sempre resume {worker.name}`."
        yield problem("work", f"{worker.name} is stopped: {why}", again)
    elif worker.state in {"parked", "away"}:
        yield warning(
            "work",
            f"{worker.name} is {worker.state}: {why}",
            f"It goes on by itself; `sempre resume {worker.name}` tries it now.",
        )
    elif worker.state == "idle" and worker.oldest_queued_at is not None:
        age = clock.now() - worker.oldest_queued_at
        if age > _SOON:
            said = f"{plural(worker.queued, 'turn')} of {worker.name} wait for {duration(age)}, and none runs."
            yield problem("work", said, f"`sempre resume {worker.name}`, or start Sempre again.")
    for ignored in worker.ignored:
        said = f"{head(ignored.name, 80)} in the queue of {worker.name} is ignored."
        yield warning("work", said, ignored.reason)


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


def _unclaimed(examined: Examined) -> Iterator[Finding]:
    late = max(_SOON, timedelta(seconds=examined.settings.files.rescan_seconds) * 3)
    newest = clock.now().timestamp() - late.total_seconds()
    for name in folders(examined.home):
        prompts = (examined.home.path / ".queue" / name).glob("*.prompt")
        old = [each for each in prompts if each.name[0] != "." and _older(each, newest)]
        if old:
            yield problem(
                "work",
                f"{plural(len(old), 'prompt')} in the queue of {name} was not taken in.",
                f"See the log {examined.home.log}; start Sempre again.",
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


def _claims(examined: Examined) -> Mapping[str, Sequence[str]]:
    queue = examined.home.path / ".queue"
    old = clock.now().timestamp() - _SOON.total_seconds()
    found: dict[str, list[str]] = {}
    for name in folders(examined.home):
        for path in (queue / name / ".claimed").glob("*"):
            match = _CLAIM.fullmatch(path.name)
            # Those made just now are on their way, where somebody runs.
            if match and (examined.server is None or _older(path, old)):
                found.setdefault(f"files:{name}", []).append(match["id"])
    return found


def _older(path: Path, moment: float) -> bool:
    try:
        return path.lstat().st_ctime < moment
    except OSError:
        return False  # gone meanwhile
