"""Budgets with the real Claude Code and a real server: reached in the middle of a turn, by a subagent, over a kill -9.
One server serves all tests, each with a worker of its own."""

import csv
import io
import itertools
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sempre.rehearsal import MessagesApi, write_say, write_tool
from tests.durability.person import Person
from tests.support import environment
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, kill

CALL = 6000  # micro-dollars of a call of these tokens, by the shipped prices
USED = "[[usage:1000:100]]"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@pytest.fixture(scope="module")
def person(provider: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    root = tmp_path_factory.mktemp("budgets")
    (root / "user").mkdir()
    (root / "home").mkdir()
    (root / "home" / "sempre.toml").write_text(
        '[workers.leader]\ntools = ["Bash", "Agent"]\nmodel = "opus"\n[budgets]\nturn_dollars = 50\n'
    )
    settings = {"SEMPRE_SERVER__GRACE_SECONDS": "1", "SEMPRE_SESSIONS__ALIVE": "4"}
    given = environment.allowed_environment(root / "user")
    server = Server(root / "home", {**given, **credentials(provider), **settings})
    person = Person(server.start().wait_ready()).log_in()
    for proposal in person.get("/api/policy/proposals")["items"]:
        path = f"/api/policy/proposals/{proposal['id']}/decision"
        assert person.ask("POST", path, json={"decision": "approve"}).status_code == 200
    try:
        yield person
    finally:
        person.close()
        server.end()
        for pid in children_of(server.home):
            kill(pid)


@pytest.fixture
def worker(person: Person) -> str:
    return hire(person, f"w{next(_numbers)}")


def hire(person: Person, name: str) -> str:
    (person.server.home / ".queue" / name).mkdir(parents=True, exist_ok=True)
    person.wait(
        lambda: name in {each["name"] for each in person.get("/api/workers")}, "it is known"
    )
    return name


def limit(person: Person, scope: str, **limits: int | None) -> None:
    answer = person.ask("PUT", f"/api/budgets/{scope}", json=limits)
    assert answer.status_code == 200, answer.text


def clear(person: Person, scope: str) -> None:
    assert person.ask("DELETE", f"/api/budgets/{scope}").status_code == 200


def release(person: Person, turn_id: str, micros: int) -> None:
    answer = person.ask("POST", f"/api/turns/{turn_id}/release", json={"extra_micros": micros})
    assert answer.status_code == 200, answer.text


def standing(person: Person, scope: str = "day") -> dict[str, Any]:
    (found,) = [each for each in person.get("/api/budgets")["items"] if each["scope"] == scope]
    return found


def spent(person: Person, worker: str) -> int:
    return person.get("/api/spend", by="day", channel=f"files:{worker}")["total"]["cost_micros"]


def steps(name: str, count: int) -> str:
    """So many calls, each of which uses a tool, and a last one that answers."""
    tools = "".join(write_tool("Bash", command=f"echo {name} {n}") for n in range(count))
    return f"{USED}{tools}{write_say(f'{name} is done')}"


def test_a_turn_stops_in_its_middle_one_call_over_and_goes_on_in_its_session(
    person: Person, worker: str, provider: MessagesApi
) -> None:
    limit(person, f"turn:files:{worker}", micros=CALL + CALL // 2)
    turn_id = person.send(worker, steps(worker, 3))
    parked = person.wait_state(turn_id, "parked")
    assert parked["failure"]["kind"] == "budget"
    assert "This turn's budget for today of $0.0090 is used up" in parked["failure"]["message"]
    assert parked["retry_at"] == person.get("/api/budgets")["next_day_at"]
    assert spent(person, worker) == 2 * CALL, "one call over"
    assert standing(person)["reserved_micros"] == 0, "what is parked holds nothing back"
    kinds = [each["kind"] for each in person.get(f"/api/turns/{turn_id}/events")["items"]]
    assert "gateway.refused" in kinds
    assert kinds.count("budget.reached") == 1

    release(person, turn_id, 100 * CALL)
    assert person.wait_record(worker)["status"] == "answered"
    turn = person.turn(turn_id)
    assert turn["answer"] == f"{worker} is done"
    assert not any(attempt["counted"] for attempt in turn["attempt_log"])
    calls = [call for call in provider.record.messages if f"echo {worker} " in call.prompt]
    assert len({call.session for call in calls}) == 1
    assert len(calls) == spent(person, worker) / CALL, "the refused one never left"
    on_trail = {"what": "turn.ended", "turn": turn_id}
    person.wait(lambda: bool(person.get("/api/audit", **on_trail)["items"]), "it is on the trail")
    (trailed,) = person.get("/api/audit", **on_trail)["items"]
    assert trailed["details"]["cost_micros"] == spent(person, worker)
    assert (
        person.ask("POST", f"/api/turns/{turn_id}/release", json={"extra_micros": 1}).status_code
        == 409
    )


def test_a_subagents_calls_count_and_are_refused_like_the_turns_own(person: Person) -> None:
    leader = hire(person, "leader")
    limit(person, f"turn:files:{leader}", micros=2 * CALL + 1)
    inner = steps("inner", 6)
    turn_id = person.send(leader, f"{USED}[[agent:{inner}]]{write_say('all done')}")
    parked = person.wait_state(turn_id, "parked")
    assert parked["failure"]["kind"] == "budget"
    assert spent(person, leader) <= 4 * CALL
    by_agent = person.get("/api/spend", by="agent", channel=f"files:{leader}")["items"]
    assert "claude:subagents" in {each["key"] for each in by_agent}
    release(person, turn_id, 1000 * CALL)
    assert person.wait_record(leader)["status"] == "answered"


def test_what_is_reserved_at_a_kill_is_neither_lost_nor_doubled(
    person: Person, provider: MessagesApi
) -> None:
    first, second = (hire(person, f"w{next(_numbers)}") for _ in range(2))
    so_far = standing(person)["spent_micros"]
    limit(person, "turn", micros=10 * CALL)
    limit(person, "day", micros=so_far + 15 * CALL)
    hanging = person.send(first, f"[[hang:600]]{write_say(f'{first} is late')}")
    person.wait(
        lambda: any(f"{first} is late" in call.prompt for call in provider.record.messages),
        "its call hangs",
    )
    assert standing(person)["reserved_micros"] == 10 * CALL
    waiting = person.send(second, steps(second, 1))
    person.wait_record(second)
    assert person.turn(waiting)["state"] == "answered", "five calls were left"
    limit(person, "day", micros=standing(person)["spent_micros"] + 9 * CALL)

    person.server.kill()
    person.server.start().wait_ready()
    person.wait_state(hanging, "running")
    person.wait(lambda: standing(person)["reserved_micros"] > 0, "it is reserved again")
    assert standing(person)["reserved_micros"] <= 9 * CALL
    held = person.send(second, steps(second, 1))
    parked = person.wait_state(held, "parked")
    assert "is reserved for turns that run now" in parked["failure"]["message"]
    assert person.ask("POST", f"/api/turns/{hanging}/cancel").status_code == 200
    assert person.wait_record(second, 2)["status"] == "answered", "it was woken"
    person.wait(lambda: standing(person)["reserved_micros"] == 0, "nothing leaks")
    clear(person, "turn")
    clear(person, "day")


def sempre(person: Person, *arguments: str) -> subprocess.CompletedProcess[str]:
    server = person.server
    return subprocess.run(
        [sys.executable, "-m", "sempre", *arguments, "--home", str(server.home)],
        env=dict(server.environment),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_on_the_command_line(person: Person, worker: str) -> None:
    person.send(worker, steps(worker, 0))
    person.wait_record(worker)
    assert sempre(person, "budget", "set", f"channel:{worker}", "--dollars", "5").returncode == 0
    raised = sempre(person, "budget", "set", f"channel:{worker}", "--dollars", "6")
    assert raised.returncode == 5, raised.stderr
    listed = sempre(person, "budget")
    (line,) = [each for each in listed.stdout.splitlines() if f"channel:files:{worker} " in each]
    assert "$5.00" in line
    assert "$0.0060" in line
    assert "$0.0060" in sempre(person, "spend", worker).stdout
    assert sempre(person, "spend").stdout.startswith("Today $")
    written = sempre(person, "spend", worker, "--by", "turn", "--csv", "-").stdout
    (row,) = csv.DictReader(io.StringIO(written))
    assert (row["calls"], row["cost_dollars"]) == ("1", "0.006000")
    assert "claude-opus" in sempre(person, "prices").stdout
    refused = sempre(person, "prices", "set", "claude-opus-*", "--input", "0", "--output", "0")
    assert refused.returncode == 5, "an agent that finds the token cannot make its calls free"
