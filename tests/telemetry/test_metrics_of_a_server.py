"""Every metric changes for its reason: a real Sempre, real happenings, and what /metrics says of them afterwards. One
server for all, each happening on a worker of its own."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sempre.rehearsal import write_tool
from sempre.telemetry.metrics import REGISTRY
from tests.durability.cards import Board, quick_card, repository, stage
from tests.durability.person import Person
from tests.support.environment import allowed_environment
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, kill

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.posix, pytest.mark.timeout(900)]
SETTINGS = """
[turns]
provider_retries = 0
backoff_seconds = 0.2
[sessions]
idle_seconds = 600
[alerts]
every_seconds = 0.3
webhook_url = "http://127.0.0.1:9/hook"
[workers.odd]
model = "house-model-1"
"""
USED = "[[usage:1000:100]]"  # six thousandths of a dollar, by the shipped prices
# What no server does within a test: where its value is seen to change instead.
ELSEWHERE = {
    "events_packed": "tests/app/test_housekeeping.py",
    "forgotten_rows": "tests/app/test_housekeeping.py",
    "spans": "tests/telemetry/test_otlp.py",
    "log_lines_lost": "tests/telemetry/test_logs.py",
}
ROOT = Path(__file__).parents[2]
_numbers = itertools.count(1)
Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Grown:
    """By how much the samples of a name with these labels shall have grown together; None: by anything."""

    name: str
    by: float | None
    labels: Labels

    def has(self, before: "Read", after: "Read") -> bool:
        grown = after.total(self.name, self.labels) - before.total(self.name, self.labels)
        return grown > 0 if self.by is None else grown == pytest.approx(self.by, abs=1e-9)


def grown(name: str, by: float | None = None, **labels: str) -> Grown:
    return Grown(name, by, frozenset(labels.items()))


class Read:
    """One look at /metrics."""

    def __init__(self, text: str) -> None:
        self._samples: Sequence[tuple[str, Mapping[str, str], float]] = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def total(self, name: str, labels: Labels) -> float:
        return sum(
            value
            for each, found, value in self._samples
            if each == f"sempre_{name}" and labels <= found.items()
        )


class Day:
    """What happens at one server, and what its metrics say."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.home = person.server.home

    def hire(self, name: str = "") -> str:
        name = name or f"w{next(_numbers)}"
        (self.home / ".queue" / name).mkdir(parents=True, exist_ok=True)
        self.person.wait(
            lambda: name in {each["name"] for each in self.person.get("/api/workers")},
            "it is known",
        )
        return name

    def answer(self, worker: str, prompt: str) -> None:
        self.person.wait_state(self.person.send(worker, prompt), "answered")

    def read(self) -> Read:
        answer = self.person.ask("GET", "/metrics")
        assert answer.status_code == 200
        return Read(answer.text)

    @contextlib.contextmanager
    def sees(self, *changes: Grown) -> Iterator[None]:
        """What the block does shows in these changes, and in no more of the same."""
        before = self.read()
        yield
        seen = before

        def shown() -> bool:
            nonlocal seen
            seen = self.read()
            return all(each.has(before, seen) for each in changes)

        try:
            self.person.wait(shown, "it shows in the metrics")
        except AssertionError:
            for each in changes:
                was, now = (look.total(each.name, each.labels) for look in (before, seen))
                assert each.has(before, seen), f"{each}: {was} -> {now}"

    def stands(self, name: str, value: float, **labels: str) -> None:
        wanted = frozenset(labels.items())
        self.person.wait(
            lambda: self.read().total(name, wanted) == value, f"{name} {labels} is {value}"
        )


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("day")
    (root / "user").mkdir()
    (root / "home").mkdir()
    (root / "home" / "sempre.toml").write_text(SETTINGS)
    given = allowed_environment(root / "user")
    with scripted_provider() as provider:
        server = Server(root / "home", {**given, **credentials(provider)})
        person = Person(server.start(SEMPRE_SERVER__GRACE_SECONDS="1").wait_ready()).log_in()
        try:
            yield Day(person)
        finally:
            person.close()
            server.end()
            for pid in children_of(server.home):
                kill(pid)


def test_what_a_start_leaves(day: Day) -> None:
    day.stands("runtime_starts_total", 1, mode="live")
    free = day.read().total("disk_free_bytes", frozenset())
    assert free == pytest.approx(shutil.disk_usage(day.home).free, rel=0.2)


def test_an_answered_turn(day: Day) -> None:
    worker = day.hire()
    with day.sees(
        grown("turns_accepted_total", 1),
        grown("attempts_total", 1, resumed="false"),
        grown("turns_ended_total", 1, state="answered"),
        grown("accept_to_start_seconds_count", 1),
        grown("start_to_answer_seconds_count", 1),
        grown("answer_to_publish_seconds_count", 1),
        grown("session_events_total", 1, event="started"),
        grown("sessions_alive", 1),
        grown("channels", 0, state="open"),
        grown("model_calls_total", 1),
        grown("tokens_total", 1000, kind="input"),
        grown("tokens_total", 100, kind="output"),
        grown("cost_dollars_total", 0.006),
        grown("unpriced_calls_total", 0),
        grown("gateway_seconds_count", 1),
        grown("gateway_refusals_total", 0),
        grown(
            "http_requests_total", 1, method="POST", route="/api/workers/{name}/turns", status="202"
        ),
        grown("http_seconds_count", 1, method="POST", route="/api/workers/{name}/turns"),
        grown("events_written_total"),
        grown("event_flush_seconds_count"),
        grown("database_seconds_count", kind="write"),
        grown("database_seconds_count", kind="read"),
        grown("database_failures_total", 0),
    ):
        day.answer(worker, f"{USED}[[delay:0.2]][[say:fine]]")
    seconds = day.read().total("start_to_answer_seconds_sum", frozenset())
    assert seconds >= 0.2, "it took at least as long as the model let it wait"


def test_a_session_whose_program_was_killed_is_resumed(day: Day) -> None:
    worker = day.hire()
    before = set(children_of(day.home))
    day.answer(worker, "[[say:first]]")
    (pid,) = {each for each in set(children_of(day.home)) - before if parent(each) == day_pid(day)}
    with day.sees(grown("session_events_total", 1, event="resumed"), grown("sessions_alive", 0)):
        os.kill(pid, signal.SIGKILL)
        day.answer(worker, "[[say:second]]")


def test_a_model_that_nobody_priced(day: Day) -> None:
    worker = day.hire("odd")
    with day.sees(
        grown("model_calls_total", 1, model="house-model-1"),
        grown("unpriced_calls_total", 1, model="house-model-1"),
        grown("cost_dollars_total", 0),
    ):
        day.answer(worker, f"{USED}[[say:for nothing]]")


def test_tools_that_ran_and_failed(day: Day) -> None:
    worker = day.hire()
    tools = write_tool("Bash", command="ls") + write_tool("Bash", command="ls nowhere")
    with day.sees(
        grown("tool_calls_total", 1, result="ok"), grown("tool_calls_total", 1, result="error")
    ):
        day.answer(worker, f"{tools}[[say:done]]")


def test_a_call_that_a_person_refuses(day: Day) -> None:
    worker = day.hire()
    with day.sees(
        grown("approvals_total", 1, outcome="refuse"),
        grown("approval_wait_seconds_count", 1),
        grown("tool_calls_total", 1, result="refused"),
    ):
        turn_id = day.person.send(
            worker, f"{write_tool('Bash', command='./deploy.sh')}[[say:no then]]"
        )
        asked = day.person.wait_asked(worker, held=False)
        day.stands("approvals_pending", 1)
        day.stands("waits", 1, state="waiting")
        assert day.read().total("approvals_age_seconds", frozenset()) > 0
        day.person.decide(asked, "refuse", reason="not now")
        day.person.wait_state(turn_id, "answered")
    day.stands("approvals_pending", 0)
    day.stands("approvals_age_seconds", 0)
    day.stands("waits", 0, state="waiting")


def test_a_queue_behind_a_turn_that_runs(day: Day) -> None:
    worker = day.hire()
    channel = f"files:{worker}"
    first = day.person.send(worker, "[[hang:600]]")
    day.person.wait_state(first, "running")
    second = day.person.send(worker, "[[say:at last]]")
    day.stands("queue_depth", 1, channel=channel)
    day.stands("open_turns", 1, state="running")
    day.stands("open_turns", 1, state="queued")
    day.stands("waits", 1, state="queued", reason="turn")
    aged = [day.read().total("queue_age_seconds", frozenset({("channel", channel)})) for _ in "ab"]
    assert 0 < aged[0] < aged[1], "it ages"
    with day.sees(grown("turns_ended_total", 1, state="cancelled")):
        assert day.person.ask("POST", f"/api/turns/{first}/cancel").status_code == 200
        day.person.wait_state(second, "answered")
    day.stands("queue_depth", 0, channel=channel)
    day.stands("open_turns", 0)


def test_an_attempt_that_is_made_again(day: Day) -> None:
    worker = day.hire()
    with day.sees(
        grown("retries_total", 1, ending="transient"),
        grown("attempts_total", 2),
        grown("turns_ended_total", 1),
    ):
        day.answer(worker, "[[http:529:1]] [[say:the second time]]")


def test_a_turn_that_failed_for_good(day: Day) -> None:
    worker = day.hire()
    with day.sees(grown("turns_ended_total", 1, state="failed"), grown("dead_letters", 1)):
        day.person.wait_state(day.person.send(worker, "[[http:400]]"), "failed")
    with day.sees(grown("dead_letters", -1)):
        (letter,) = day.person.get("/api/dead-letters")["items"]
        gone = day.person.ask("DELETE", f"/api/dead-letters/{letter['id']}")
        assert gone.status_code == 204


def test_a_worker_that_is_stopped(day: Day) -> None:
    worker = day.hire()
    with day.sees(grown("channels", 1, state="stopped"), grown("channels", -1, state="open")):
        turn_id = day.person.send(worker, "[[auth:1]] [[say:let in]]")
        day.person.wait_state(turn_id, "parked")
    assert day.person.ask("POST", f"/api/workers/{worker}/resume").status_code == 200
    day.stands("channels", 0, state="stopped")
    day.person.wait_state(turn_id, "answered")


def test_a_budget_that_is_reached(day: Day) -> None:
    worker = day.hire()
    spent = day.person.get("/api/spend", by="day")["total"]["cost_micros"]
    limit = spent + 9000
    assert day.person.ask("PUT", "/api/budgets/day", json={"micros": limit}).status_code == 200
    tools = "".join(write_tool("Bash", command=f"echo {at}") for at in range(3))
    with day.sees(
        grown("gateway_refusals_total", 1),
        grown("budget_parked_turns", 1),
        grown("waits", 1, state="parked", reason="budget"),
        grown("alerts_open", 1, rule="budget"),
        grown("alert_notices_total", result="failed"),
    ):
        turn_id = day.person.send(worker, f"{USED}{tools}[[say:done]]")
        day.person.wait_state(turn_id, "parked")
    used = day.read().total("budget_used_ratio", frozenset({("budget", "day")}))
    assert used == pytest.approx((spent + 12000) / limit), "one call over"
    assert day.person.ask("DELETE", "/api/budgets/day").status_code == 200
    day.stands("alerts_open", 0, rule="budget")
    day.person.wait_state(turn_id, "answered")
    day.stands("budget_parked_turns", 0)


def test_somebody_who_watches(day: Day) -> None:
    address = f"{day.person.server.url}/api/events"
    before = day.read().total("watchers", frozenset())
    token = (day.home / ".sempre" / "token").read_text().strip()
    with httpx2.stream("GET", address, headers={"authorization": f"Bearer {token}"}) as watching:
        assert watching.status_code == 200
        day.stands("watchers", before + 1)
    day.stands("watchers", before)


def test_a_card_that_is_done_and_one_that_is_cancelled(day: Day, tmp_path: Path) -> None:
    board = Board(day.person, repository(tmp_path / "calc")).make(test=["true"])
    with day.sees(
        grown("runs_ended_total", 1, kind="run", state="completed"),
        grown("stage_seconds_count", 1, stage="implement", result="passed"),
        grown("stage_seconds_count", 1, stage="test", result="passed"),
    ):
        board.wait(board.run(board.card("One", quick_card(1)))["id"])
    key = board.card("Two", stage("plan", "[[hang:600]]"))
    with day.sees(grown("runs_ended_total", 1, kind="run", state="cancelled")):
        run_id = board.run(key)["id"]
        day.stands("runs", 1)
        board.act(key, "cancel")
        board.wait(run_id)
    day.stands("runs", 0)


def test_a_backup_that_is_proven(day: Day) -> None:
    day.stands("backup_age_seconds", -1)
    day.stands("backup_proven", -1)
    assert day.person.ask("POST", "/api/backups").status_code == 201
    day.stands("backup_proven", 1)
    assert 0 <= day.read().total("backup_age_seconds", frozenset()) < 3600


def test_a_database_that_takes_nothing(day: Day) -> None:
    worker = day.hire()
    with day.sees(grown("database_failures_total")), locked(day.home / ".sempre" / "sempre.sqlite"):
        refused = day.person.ask("POST", f"/api/workers/{worker}/turns", json={"text": "x"})
        assert refused.status_code == 503


def test_every_metric_is_seen_to_change() -> None:
    """One that is new needs a happening here, or a place where it has one."""
    names = {family.name.removeprefix("sempre_") for family in REGISTRY.collect()}
    said = set(re.findall(r'(?:grown|stands|total)\(\s*"(\w+)"', Path(__file__).read_text()))
    seen = {re.sub(r"_(total|count|sum)$", "", each) for each in said} | said
    assert {each for each in names if each not in seen} == set(ELSEWHERE)
    for name, path in ELSEWHERE.items():
        assert re.search(name, (ROOT / path).read_text(), re.IGNORECASE), name


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def day_pid(day: Day) -> int:
    process = day.person.server.process
    assert process is not None
    return process.pid
