"""Prompts over several workers while things break at random; then what was promised is compared with what is there."""

import math
import random
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sempre.rehearsal import MessagesApi, write_say, write_tool
from tests.support.server import Server, children_of, drop, kill, output, record

_HOUR = 3600
_KINDS = (
    "kill -9 of the server",
    "kill -9 of Claude Code",
    "orderly restart",
    "clock",
    "disk full for a second",
)


@dataclass
class Storm:
    """`faults` are injected in turn, at random moments; a fault that can't be injected fails the storm."""

    server: Server
    provider: MessagesApi
    workers: int
    prompts: int  # for each worker
    seed: int
    pause: tuple[float, float] = (0.5, 2.5)  # seconds between two faults
    injected: Counter[str] = field(default_factory=Counter[str])
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def names(self) -> list[str]:
        return [f"worker{number}" for number in range(self.workers)]

    def run(self, faults: int, seconds: float = math.inf) -> None:
        """Drop everything, break things so many times or for so long (each kind once at least), then let it come to
        its end."""
        self._start()
        for number in range(self.prompts):
            for worker in self.names:
                drop(self.server.home, worker, f"{number:04d}", self._prompt(worker, number))
        kinds = self._kinds()
        until = time.monotonic() + seconds
        for done in range(faults):
            if done >= len(_KINDS) and time.monotonic() > until:
                break
            time.sleep(self._random.uniform(*self.pause))
            next(kinds)()
        self._start_if_down()
        self.server.wait_for(self._is_over, "every prompt has its record", within=_HOUR)
        self.server.wait_for(self._is_tidy, "no claim is left")
        assert self.server.stop() == 0
        end = time.monotonic() + 30
        while children_of(self.server.home) and time.monotonic() < end:
            time.sleep(0.1)

    @property
    def missing(self) -> list[str]:
        """The kinds of faults of which none was injected."""
        return [kind for kind in _KINDS if not any(each.startswith(kind) for each in self.injected)]

    def answer(self, worker: str, number: int) -> str:
        return f"{worker} answers {number}"

    def _prompt(self, worker: str, number: int) -> str:
        """Quick ones, slow ones and ones with tools, so that the blows fall everywhere."""
        say = write_say(self.answer(worker, number))
        match number % 4:
            case 0:
                return say
            case 1:
                return f"[[drip:6:0.1]]{say}"
            case 2:
                return f"{write_tool('Bash', command='ls')}{say}"
            case _:
                return f"[[delay:0.3]]{say}"

    def _kinds(self) -> Iterator[Callable[[], None]]:
        """Every kind comes before one comes again."""
        while True:
            kinds = [self._kill, self._kill_children, self._restart, self._jump, self._fill_disk]
            self._random.shuffle(kinds)
            yield from kinds

    def _kill(self) -> None:
        self._start_if_down()
        self.server.kill()
        self.injected["kill -9 of the server"] += 1
        self._start()

    def _kill_children(self) -> None:
        """Only counted when there was one to kill."""
        end = time.monotonic() + 60
        while not (pids := children_of(self.server.home)):
            assert time.monotonic() < end, "there was no child process to kill"
            time.sleep(0.05)
            if self._is_over():
                return
        for pid in pids:
            kill(pid)
        self.injected["kill -9 of Claude Code"] += len(pids)

    def _restart(self) -> None:
        self._start_if_down()
        assert self.server.stop() == 0
        self.injected["orderly restart"] += 1
        self._start()

    def _jump(self) -> None:
        self._start_if_down()
        self.server.kill()
        shift = self._random.choice([-2 * _HOUR, 2 * _HOUR])
        self.injected[f"clock {shift:+d} s"] += 1
        self._start(SEMPRE_CLOCK_SHIFT=str(shift))

    def _fill_disk(self) -> None:
        """No file of the server may grow for a moment: what a full disk is to a program."""
        self._start_if_down()
        assert self.server.process is not None
        pid = self.server.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        time.sleep(1)
        if self.server.process.poll() is None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        self.injected["disk full for a second"] += 1

    def _start(self, **extra: str) -> None:
        self.server.start(SEMPRE_SERVER__GRACE_SECONDS="1", **extra).wait_ready()

    def _start_if_down(self) -> None:
        if self.server.process is None or self.server.process.poll() is not None:
            self._start()

    def _is_over(self) -> bool:
        return all(
            record(self.server.home, worker, number + 1) is not None
            for worker in self.names
            for number in range(self.prompts)
        )

    def _is_tidy(self) -> bool:
        claims = self.server.home.glob(".queue/*/.claimed/*")
        return not [path for path in claims if not path.name.startswith(".")]


def judge(storm: Storm) -> list[str]:
    """Every broken promise, in words; none is what we want."""
    home = storm.server.home
    broken: list[str] = []
    for worker in storm.names:
        answers = output(home, worker)
        wanted = {n + 1: storm.answer(worker, n) for n in range(storm.prompts)}
        if answers != wanted:
            wrong = {n for n in answers.keys() | wanted.keys() if answers.get(n) != wanted.get(n)}
            broken.append(f"{worker}: answers {sorted(wrong)} are missing, doubled or out of order")
        for number in wanted:
            written = record(home, worker, number)
            if written is None or written["status"] != "answered":
                broken.append(f"{worker}: task_{number}.json says {written and written['status']}")
        if left := list((home / ".queue" / worker).glob("*.prompt")):
            broken.append(f"{worker}: {len(left)} prompts were never taken")
    if orphans := children_of(home):
        broken.append(f"orphan processes: {orphans}")
    return broken + _compare_rows(storm) + _compare_ledger(storm)


def _compare_rows(storm: Storm) -> list[str]:
    with sqlite3.connect(storm.server.home / ".sempre" / "sempre.sqlite") as db:
        rows = db.execute(
            "SELECT state, published_at IS NOT NULL, count(*) FROM turns GROUP BY 1, 2"
        )
        found = {(state, bool(published)): count for state, published, count in rows}
        running = db.execute("SELECT count(*) FROM attempts WHERE state = 'running'").fetchone()[0]
    wanted = {("answered", True): storm.workers * storm.prompts}
    broken = [] if found == wanted else [f"turns stand as {found}, not as {wanted}"]
    return [*broken, f"{running} attempts still run"] if running else broken


def _compare_ledger(storm: Storm) -> list[str]:
    """Each call that the provider answered in full is booked with its tokens, or known to be unknown."""
    with sqlite3.connect(storm.server.home / ".sempre" / "sempre.sqlite") as db:
        rows = db.execute(
            "SELECT request_id, state, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens"
            " FROM ledger"
        ).fetchall()
    booked = {row[0]: row[2:] for row in rows if row[1] == "booked"}
    unknown = sum(1 for row in rows if row[1] == "unknown")
    in_flight = sum(1 for row in rows if row[1] == "in_flight")
    answered = {
        call.request_id: (
            call.usage.input_tokens,
            call.usage.output_tokens,
            call.usage.cache_read_input_tokens,
            call.usage.cache_creation_input_tokens,
        )
        for call in storm.provider.record.messages
        if call.answered and call.usage is not None
    }
    broken: list[str] = []
    if in_flight:
        broken.append(f"{in_flight} calls are still in flight in the ledger")
    for request, tokens in booked.items():
        if answered.get(request, tokens) != tokens:
            broken.append(f"{request}: booked {tokens}, the provider counted {answered[request]}")
    if strangers := booked.keys() - {call.request_id for call in storm.provider.record.messages}:
        broken.append(f"booked but never made: {sorted(strangers)}")
    if len(answered.keys() - booked.keys()) > unknown:
        missing = len(answered.keys() - booked.keys())
        broken.append(f"{missing} answered calls are not booked, only {unknown} are unknown")
    return broken
