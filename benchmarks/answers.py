"""A prompt file to its answer file, real Claude Code on scripted answers: Sempre against what a user would do instead,
a loop that looks each 0.5 s and starts `claude --print --resume` for each task. And where our own time goes.

`python -m benchmarks.answers`
"""

import json
import random
import sqlite3
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sempre_process import SempreProcess, clean_environment, drop, folder, wait
from benchmarks.table import Row, milliseconds, show
from sempre.agents.claude.command import find_program
from sempre.rehearsal import MessagesApi
from tests.support.provider import scripted_provider

_SINGLE = 20
_BACKLOG = 20
_WARM_UP = 3
_POLL = 0.5
_WORKER = "coder"
_OUR_SHARE = ("file visible to claimed", "claimed to attempt stored")
_PARTS = (*_OUR_SHARE, "to Claude Code's call", "call to its end", "to ended", "to given out")
_MOMENTS = """
    SELECT number, received_at / 1e6,
        (SELECT min(at) / 1e6 FROM events WHERE turn_id = turns.id AND kind = 'turn.started'),
        (SELECT min(started_at) / 1e6 FROM ledger WHERE turn_id = turns.id),
        (SELECT max(ended_at) / 1e6 FROM ledger WHERE turn_id = turns.id),
        finished_at / 1e6, published_at / 1e6
    FROM turns
"""


@dataclass
class Measured:
    single: list[float]
    backlog: float


def main() -> None:
    with scripted_provider() as api, folder() as place:
        ours, parts = _measure_sempre(place / "sempre", api)
        other = _measure_process_per_task(place / "loop", api)
    single, their_single = statistics.median(ours.single), statistics.median(other.single)
    rows = [
        Row(
            name="prompt file to answer file, median",
            ours=milliseconds(single),
            other=milliseconds(their_single),
            ratio=their_single / single,
            promised="8x, aim 12x",
        ),
        Row(
            name=f"backlog of {_BACKLOG}",
            ours=f"{ours.backlog:.2f} s",
            other=f"{other.backlog:.2f} s",
            ratio=other.backlog / ours.backlog,
        ),
        *(
            Row(name=f"  {name}", ours=milliseconds(statistics.median(values)))
            for name, values in parts.items()
        ),
        Row(
            name="our share: file visible to attempt stored, median",
            ours=milliseconds(
                statistics.median(map(sum, zip(*(parts[name] for name in _OUR_SHARE), strict=True)))
            ),
            promised="25 ms, aim 15",
        ),
    ]
    show("Answers", rows, note="alternative: 0.5 s poll and a process per task with --resume")


def _measure_sempre(home: Path, api: MessagesApi) -> tuple[Measured, dict[str, list[float]]]:
    (home / ".queue" / _WORKER).mkdir(parents=True)
    with SempreProcess(home, api) as sempre:
        number, single, visible = 0, [], {}
        for round_ in range(_WARM_UP + _SINGLE):
            number += 1
            begun = visible[number] = drop(home, _WORKER, f"{number}", f"[[say:{number}]]")
            _wait_for(home, number)
            if round_ >= _WARM_UP:
                single.append(time.time() - begun)
            time.sleep(random.uniform(0.05, 0.2))
        begun = time.time()
        for _ in range(_BACKLOG):
            number += 1
            drop(home, _WORKER, f"{number}", f"[[say:{number}]]")
        _wait_for(home, number)
        measured = Measured(single, time.time() - begun)
        parts = _parts(home, {n: at for n, at in visible.items() if n > _WARM_UP})
        del sempre
    return measured, parts


def _parts(home: Path, visible: dict[int, float]) -> dict[str, list[float]]:
    """From the moments that rows hold; the last is when the answer file's turn was marked."""
    with sqlite3.connect(home / ".sempre" / "sempre.sqlite") as db:
        rows = db.execute(_MOMENTS).fetchall()
    parts: dict[str, list[float]] = {name: [] for name in _PARTS}
    for number, *moments in rows:
        if number in visible:
            before = visible[number]
            for name, moment in zip(_PARTS, moments, strict=True):
                parts[name].append(max(moment - before, 0.0))
                before = max(moment, before)
    return parts


def _wait_for(home: Path, number: int) -> None:
    record = home / ".output" / _WORKER / f"task_{number}.json"
    wait(record.exists, 120)


def _measure_process_per_task(home: Path, api: MessagesApi) -> Measured:
    (home / ".queue" / _WORKER).mkdir(parents=True)
    stop = threading.Event()
    loop = threading.Thread(target=_loop, args=(home, api, stop))
    loop.start()
    try:
        single: list[float] = []
        number = 0
        for round_ in range(_WARM_UP + _SINGLE // 2):
            number += 1
            begun = drop(home, _WORKER, f"{number:04d}", f"[[say:{number}]]")
            wait((home / f"{number:04d}.txt").exists, 120)
            if round_ >= _WARM_UP:
                single.append(time.time() - begun)
            time.sleep(random.uniform(0.05, 0.55))
        begun = time.time()
        for _ in range(_BACKLOG):
            number += 1
            drop(home, _WORKER, f"{number:04d}", f"[[say:{number}]]")
        wait((home / f"{number:04d}.txt").exists, 300)
        return Measured(single, time.time() - begun)
    finally:
        stop.set()
        loop.join()


def _loop(home: Path, api: MessagesApi, stop: threading.Event) -> None:
    """The script that everybody writes first."""
    environment = {
        **clean_environment(home),
        "CLAUDE_CONFIG_DIR": str(home / "claude"),
        "ANTHROPIC_BASE_URL": api.url,
        "ANTHROPIC_API_KEY": "sk-ant-bench-0123456789",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    session: str | None = None
    while not stop.wait(_POLL):
        for path in sorted((home / ".queue" / _WORKER).glob("*.prompt")):
            command = [find_program(), "--print", "--output-format", "json"]
            command += ["--resume", session] if session else []
            done = subprocess.run(
                [*command, "--", path.read_text()],
                env=environment,
                cwd=home,
                capture_output=True,
                check=True,
            )
            answer = json.loads(done.stdout)
            session = answer["session_id"]
            aside = home / f".{path.stem}"
            aside.write_text(answer["result"])
            aside.rename(home / f"{path.stem}.txt")
            path.unlink()


if __name__ == "__main__":
    main()
