"""Prompts that are stuck on the disk: laid down and not taken in, or taken and no turn made of them."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sempre import clock
from sempre.cli.diagnosis import reading
from sempre.cli.diagnosis.finding import Examined, Finding, note, problem
from sempre.cli.queue import WORKER_NAMES, folders, is_worker_name
from sempre.cli.records.workers import Worker
from sempre.cli.wording import head, plural

_SOON = timedelta(seconds=60)  # what should happen at once has happened by then
# A claim carries the id of its turn; docs/channels/files.md describes its name.
_CLAIM = re.compile(r"[0-9]{19}-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-.+", re.DOTALL)


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


def unclaimed(examined: Examined, workers: Sequence[Worker]) -> Iterator[Finding]:
    """Prompts that the running Sempre has not taken out of the queue, and does not say why."""
    ignored = {worker.name: {each.name for each in worker.ignored} for worker in workers}
    late = max(_SOON, timedelta(seconds=examined.settings.files.rescan_seconds) * 3)
    before = clock.now().timestamp() - late.total_seconds()
    for name in folders(examined.home):
        prompts = (examined.home.path / ".queue" / name).glob("*.prompt")
        told = ignored.get(name, set())
        old = [
            each
            for each in prompts
            if each.name[0] != "." and each.name not in told and _older(each, before)
        ]
        if old:
            yield _unclaimed(examined, name, len(old), known=name in ignored)


def _unclaimed(examined: Examined, folder: str, count: int, *, known: bool) -> Finding:
    said = f"{plural(count, 'prompt')} in the queue of {head(folder, 80)} was not taken in."
    if not known and not is_worker_name(folder):
        return problem("work", said, f"Rename the folder. {WORKER_NAMES}")
    return problem("work", said, f"See the log {examined.home.log}; start Sempre again.")


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
