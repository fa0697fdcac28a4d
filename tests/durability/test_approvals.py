"""Calls that a person decides, on the real Claude Code and a real server: asked, waited for without a process,
decided, run once. One server serves all tests, each with a worker of its own; some kill it."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi, write_tool
from tests.durability.person import Person
from tests.support import environment
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, kill

_SCRIPT = """#!/bin/sh
echo "$1" >> started
sleep "${2:-0}"
echo "$1" >> ended
echo "deployed $1"
"""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@pytest.fixture(scope="module")
def person(provider: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    root = tmp_path_factory.mktemp("approvals")
    (root / "user").mkdir()
    settings = {
        "SEMPRE_APPROVALS__WAIT_SECONDS": "0.3",
        "SEMPRE_SERVER__GRACE_SECONDS": "1",
        "SEMPRE_TURNS__BACKOFF_SECONDS": "0.2",
        "SEMPRE_SESSIONS__ALIVE": "4",
    }
    given = environment.allowed_environment(root / "user")
    server = Server(root / "home", {**given, **credentials(provider), **settings})
    person = Person(server.start().wait_ready()).log_in()
    yield person
    person.close()
    server.end()
    for pid in children_of(server.home):
        kill(pid)


@pytest.fixture(autouse=True)
def running(person: Person) -> None:
    """A test before this one may have left the server dead."""
    if person.server.process is None or person.server.process.poll() is not None:
        person.server.start().wait_ready()


@pytest.fixture
def worker(person: Person) -> str:
    """A worker with a script that it may not run by itself."""
    name = f"w{next(_numbers)}"
    place = folder(person, name)
    place.mkdir(parents=True)
    (place / "deploy.sh").write_text(_SCRIPT)
    (place / "deploy.sh").chmod(0o755)
    (person.server.home / ".queue" / name).mkdir(parents=True)
    person.wait(
        lambda: name in {each["name"] for each in person.get("/api/workers")}, "it is known"
    )
    return name


def folder(person: Person, worker: str) -> Path:
    return person.server.home / "workspaces" / worker


def deploy(name: str, seconds: float = 0) -> str:
    return write_tool("Bash", command=f"./deploy.sh {name} {seconds:g}", description="deploy")


def lines(person: Person, worker: str, name: str) -> list[str]:
    path = folder(person, worker) / name
    return path.read_text().split() if path.exists() else []


def restart(person: Person) -> None:
    person.server.kill()
    person.server.start().wait_ready()


def test_a_turn_waits_without_a_process_and_goes_on_with_the_decision(
    person: Person, worker: str, provider: MessagesApi
) -> None:
    turn_id = person.send(worker, f"{deploy('a')}[[say:it is done]]")
    asked = person.wait_asked(worker, held=False)
    person.wait_state(turn_id, "waiting")
    person.wait(lambda: not sessions(person, worker), "its process is gone")
    assert asked["headline"] == "Bash: ./deploy.sh a 0"
    assert (asked["rule"], asked["risk"]) == ("command", "medium")
    assert asked["why"] == "Using Bash."
    assert lines(person, worker, "started") == []

    person.decide(asked, "approve")
    assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == ["a"]
    turn = person.turn(turn_id)
    assert (turn["answer"], turn["state"]) == ("it is done", "answered")
    assert [attempt["state"] for attempt in turn["attempt_log"]] == ["waiting", "answered"]
    assert not any(attempt["counted"] for attempt in turn["attempt_log"])
    assert len({call.session for call in provider.record.messages if worker_of(call, "a")}) == 1
    (result,) = person.results(turn_id)
    assert result["ok"]
    assert "deployed a" in result["output"]
    (closed,) = person.asked(worker, "closed")
    assert (closed["state"], closed["decided_by"]) == ("released", "owner")
    kinds = [each["kind"] for each in person.get(f"/api/turns/{turn_id}/events")["items"]]
    told = [each for each in kinds if each.startswith("approval.") or each == "turn.waiting"]
    assert told == ["approval.asked", "turn.waiting", "approval.decided", "approval.released"]


def worker_of(call: object, name: str) -> bool:
    return f"./deploy.sh {name} " in getattr(call, "prompt", "")


def sessions(person: Person, worker: str) -> list[int]:
    """Claude Code processes that work in this worker's folder."""
    found: list[int] = []
    for pid in children_of(person.server.home):
        try:
            if Path(f"/proc/{pid}/cwd").resolve() == folder(person, worker):
                found.append(pid)
        except OSError:
            continue
    return found
