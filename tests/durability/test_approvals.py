"""Calls that a person decides, on the real Claude Code and a real server: asked, waited for without a process,
decided, run once. One server serves all tests, each with a worker of its own; some kill it."""

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from sempre.rehearsal import MessagesApi
from tests.durability.deploy import deploy, folder, hire, lines
from tests.durability.person import Person
from tests.support import environment
from tests.support.patience import PATIENCE
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, kill

_numbers = itertools.count(1)
SHORT = 0.3  # seconds that a process is held


@pytest.fixture(scope="module")
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@contextmanager
def served(provider: MessagesApi, root: Path, **more: str) -> Iterator[Person]:
    (root / "user").mkdir()
    settings = {
        "SEMPRE_APPROVALS__WAIT_SECONDS": f"{SHORT}",
        "SEMPRE_SERVER__GRACE_SECONDS": "1",
        "SEMPRE_TURNS__BACKOFF_SECONDS": "0.2",
        "SEMPRE_SESSIONS__ALIVE": "4",
        **more,
    }
    given = environment.allowed_environment(root / "user")
    (root / "home").mkdir()
    (root / "home" / "sempre.toml").write_text(
        '[workers.leader]\ntools = ["Read", "Bash", "Agent"]\n[workers.boxed]\nsandbox = true\n'
    )
    server = Server(root / "home", {**given, **credentials(provider), **settings})
    person = Person(server.start().wait_ready()).log_in()
    try:
        yield person
    finally:
        person.close()
        server.end()
        for pid in children_of(server.home):
            kill(pid)


@pytest.fixture(scope="module")
def lasting(provider: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with served(provider, tmp_path_factory.mktemp("approvals")) as person:
        yield person


@pytest.fixture
def person(lasting: Person) -> Person:
    """A test before this one may have left the server dead."""
    if lasting.server.process is None or lasting.server.process.poll() is not None:
        lasting.server.start().wait_ready()
    return lasting


@pytest.fixture
def worker(person: Person) -> str:
    return hire(person, f"w{next(_numbers)}")


def restart(person: Person) -> None:
    person.server.kill()
    person.server.start().wait_ready()


@contextmanager
def tuned(person: Person, **settings: str) -> Iterator[None]:
    """With other settings for a while."""
    person.server.kill()
    person.server.start(**settings).wait_ready()
    try:
        yield
    finally:
        restart(person)


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


def test_the_command_line_lists_shows_edits_and_refuses_with_a_token_of_the_persons(
    person: Person, worker: str
) -> None:
    wish = {"name": f"phone-{worker}", "scopes": ["approve"]}
    token = person.ask("POST", "/api/tokens", json=wish).json()["secret"]
    turn_id = person.send(worker, f"{deploy('production')}{deploy('b')}[[say:done]]")
    person.wait_asked(worker, held=False)
    assert "Bash: ./deploy.sh production 0" in command(person, "approvals", "list", worker).stdout
    assert f"{worker}#1" in command(person, "status", worker).stdout
    assert (
        '"./deploy.sh production 0"' in command(person, "approvals", "show", f"{worker}#1").stdout
    )
    change = ("approvals", "edit", f"{worker}#1", "--command", "./deploy.sh staging 0")
    assert command(person, *change).returncode == 5, "the token of the machine may not"
    assert command(person, *change, SEMPRE_TOKEN=token).returncode == 0

    def asked_again() -> bool:
        return [each["headline"] for each in person.asked(worker)] == ["Bash: ./deploy.sh b 0"]

    person.wait(asked_again, "the next call waits")
    refused = command(
        person, "approvals", "refuse", f"{worker}#1", "-r", "Enough.", SEMPRE_TOKEN=token
    )
    assert (refused.returncode, refused.stdout) == (0, "Bash: ./deploy.sh b 0: refused.\n")
    person.wait_record(worker)
    assert lines(person, worker, "started") == ["staging"]
    assert "Enough." in person.results(turn_id)[1]["output"]
    by = {each["decided_by"] for each in person.asked(worker, "closed")}
    assert by == {f"token:phone-{worker}"}


def command(person: Person, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sempre", *words, "--home", str(person.server.home)],
        env={**person.server.environment, **more},
        cwd=person.server.home,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )


def worker_of(call: object, name: str) -> bool:
    return f"./deploy.sh {name} " in getattr(call, "prompt", "")


def transcript(person: Person, worker: str) -> str:
    (channel,) = [each for each in person.get("/api/workers") if each["name"] == worker]
    found = person.server.home.glob(f".sempre/claude/projects/*/{channel['session']['id']}.jsonl")
    return "".join(path.read_text("utf-8") for path in found)


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


def test_whoever_is_there_decides_at_once_while_the_process_is_held(
    person: Person, worker: str
) -> None:
    with tuned(person, SEMPRE_APPROVALS__WAIT_SECONDS="300"):
        turn_id = person.send(worker, f"{deploy('a')}[[say:done]]")
        asked = person.wait_asked(worker, held=True)
        assert person.turn(turn_id)["state"] == "running"
        person.decide(asked, "approve")
        assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == ["a"]
    assert [each["state"] for each in person.turn(turn_id)["attempt_log"]] == ["answered"]


def test_a_subagents_call_is_held_and_never_put_off(person: Person) -> None:
    worker = hire(person, "leader")
    for wish in person.get("/api/policy/proposals")[
        "items"
    ]:  # its tools are more than a worker has by itself
        path = f"/api/policy/proposals/{wish['id']}/decision"
        assert person.ask("POST", path, json={"decision": "approve"}).status_code == 200
    inner = f"{deploy('sub')}[[say:the subagent is done]]"
    turn_id = person.send(worker, f"[[agent:{inner}]][[say:all done]]")
    asked = person.wait_asked(worker, held=True)
    assert asked["subagent"]
    later = datetime.now(UTC) + timedelta(seconds=3 * SHORT)
    person.wait(lambda: datetime.now(UTC) > later, "the short wait is long over")
    assert person.wait_asked(worker, held=True)["id"] == asked["id"]
    assert person.turn(turn_id)["state"] == "running"
    person.decide(asked, "approve")
    assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == ["sub"]
    assert [each["state"] for each in person.turn(turn_id)["attempt_log"]] == ["answered"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed here")
def test_a_call_of_a_worker_in_a_sandbox_waits_and_goes_on_like_any_other(person: Person) -> None:
    worker = hire(person, "boxed")
    turn_id = person.send(worker, f"{deploy('a')}[[say:done]]")
    person.decide(person.wait_asked(worker, held=False), "approve")
    assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == ["a"]
    (result,) = person.results(turn_id)
    assert result["ok"]


def test_a_refusal_reaches_the_model_with_the_persons_words(person: Person, worker: str) -> None:
    turn_id = person.send(worker, f"{deploy('a')}[[say:then not]]")
    asked = person.wait_asked(worker, held=False)
    person.decide(asked, "refuse", reason="Not on a Friday.")
    person.wait_record(worker)
    assert lines(person, worker, "started") == []
    (result,) = person.results(turn_id)
    assert not result["ok"]
    assert "A person refused this call. They say: Not on a Friday." in result["output"]
    assert person.turn(turn_id)["answer"] == "then not"


def test_with_changed_input_that_runs_and_the_model_is_told(
    person: Person, worker: str, provider: MessagesApi
) -> None:
    turn_id = person.send(worker, f"{deploy('production')}[[say:done]]")
    asked = person.wait_asked(worker, held=False)
    change = {"command": "./deploy.sh staging 0", "description": "deploy"}
    person.decide(asked, "approve", input=change, reason="Staging first.")
    person.wait_record(worker)
    assert lines(person, worker, "started") == ["staging"]
    (result,) = person.results(turn_id)
    assert "deployed staging" in result["output"]
    told = transcript(person, worker)
    assert "A person changed this call before it ran." in told
    assert "Staging first." in told


def test_of_several_calls_in_one_message_one_is_put_off_and_the_rest_asks_again(
    person: Person, worker: str
) -> None:
    calls = f"{deploy('a')}{deploy('b')}{deploy('c')}"
    turn_id = person.send(worker, f"[[tools:together]]{calls}[[say:done]]")
    asked = person.wait_asked(worker, held=False)
    assert asked["headline"] == "Bash: ./deploy.sh a 0"
    person.decide(asked, "approve")
    person.wait_record(worker)
    assert lines(person, worker, "started") == ["a"]
    results = person.results(turn_id)
    assert [each["ok"] for each in results] == [False, False, True]
    assert all("One at a time" in each["output"] for each in results[:2])


def test_an_approval_for_the_turn_covers_the_calls_after_it_also_after_a_restart(
    person: Person, worker: str
) -> None:
    turn_id = person.send(worker, f"{deploy('a', 3)}{deploy('b')}{deploy('c')}[[say:done]]")
    asked = person.wait_asked(worker, held=False)
    restart(person)
    person.decide(asked, "approve_turn")
    person.wait_record(worker)
    assert lines(person, worker, "ended") == ["a", "b", "c"]
    kinds = [each["kind"] for each in person.get(f"/api/turns/{turn_id}/events")["items"]]
    assert kinds.count("approval.covered") == 2
    assert len(person.asked(worker, "closed")) == 1


def test_a_decision_across_a_kill_9_goes_on_in_the_same_session(
    person: Person, worker: str
) -> None:
    turn_id = person.send(worker, f"{deploy('a')}[[say:after the restart]]")
    asked = person.wait_asked(worker, held=False)
    session = person.turn(turn_id)["session_id"]
    restart(person)
    assert person.turn(turn_id)["state"] == "waiting"
    assert [each["id"] for each in person.asked(worker)] == [asked["id"]]
    person.decide(asked, "approve")
    person.wait_record(worker)
    turn = person.turn(turn_id)
    assert (turn["answer"], turn["session_id"]) == ("after the restart", session)
    assert [each["state"] for each in turn["attempt_log"]] == ["waiting", "answered"]
    assert lines(person, worker, "started") == ["a"]


def test_a_decision_while_the_server_is_down_counts_once_it_is_there_again(
    person: Person, worker: str
) -> None:
    wish = {"name": f"desk-{worker}", "scopes": ["approve"]}
    token = person.ask("POST", "/api/tokens", json=wish).json()["secret"]
    turn_id = person.send(worker, f"{deploy('a')}[[say:after the night]]")
    asked = person.wait_asked(worker, held=False)
    person.wait_state(turn_id, "waiting")
    person.server.kill()
    assert asked["id"] in command(person, "approvals", "list", worker).stdout
    assert command(person, "approvals", "approve", f"{worker}#1").returncode == 5, "with no token"
    said = command(person, "approvals", "approve", f"{worker}#1", SEMPRE_TOKEN=token)
    assert said.returncode == 0, said.stderr
    assert "once it does" in said.stdout
    assert lines(person, worker, "started") == []

    person.server.start().wait_ready()
    assert person.wait_record(worker)["status"] == "answered"
    restart(person)
    turn = person.turn(turn_id)
    assert turn["answer"] == "after the night"
    assert [each["state"] for each in turn["attempt_log"]] == ["waiting", "answered"]
    assert lines(person, worker, "started") == ["a"]
    (trailed,) = person.get("/api/audit", what="approval.decided", turn=turn_id)["items"]
    assert trailed["by"] == f"token:desk-{worker}"
    assert command(person, "audit", "verify").returncode == 0
    kinds = [each["kind"] for each in person.get(f"/api/turns/{turn_id}/events")["items"]]
    assert kinds.count("approval.decided") == 1


def test_an_orderly_restart_keeps_a_call_waiting_that_was_held(person: Person, worker: str) -> None:
    with tuned(person, SEMPRE_APPROVALS__WAIT_SECONDS="300", SEMPRE_SERVER__GRACE_SECONDS="20"):
        turn_id = person.send(worker, f"{deploy('a')}[[say:after the restart]]")
        asked = person.wait_asked(worker, held=True)
        assert person.server.stop() == 0
        person.server.start().wait_ready()
        assert [each["id"] for each in person.asked(worker)] == [asked["id"]]
        person.decide(asked, "approve")
        assert person.wait_record(worker)["status"] == "answered"
    turn = person.turn(turn_id)
    assert [each["state"] for each in turn["attempt_log"]] == ["waiting", "answered"]
    assert lines(person, worker, "started") == ["a"]


@pytest.mark.parametrize(
    "point", ["turn.deferred", "approval.decided", "approval.recorded", "approval.released"]
)
def test_a_crash_at_this_point_forgets_no_decision_and_runs_nothing_twice(
    person: Person, worker: str, point: str
) -> None:
    person.server.kill()
    person.server.start(SEMPRE_CRASH_AT=point).wait_ready()
    turn_id = person.send(worker, f"{deploy('a')}[[say:done]]")
    if point != "turn.deferred":
        asked = person.wait_asked(worker, held=False)
        try:
            person.decide(asked, "approve")
        except httpx2.TransportError:
            assert point in {"approval.decided", "approval.recorded"}
    assert person.server.wait_dead() == -9, "the point was never passed"

    person.server.start().wait_ready()
    if point == "turn.deferred":
        person.decide(person.wait_asked(worker, held=False), "approve")
    if (
        point == "approval.released"
    ):  # whether Claude Code heard of it or not, a person is asked again
        person.decide(person.wait_asked(worker, held=False), "approve")
    person.wait_record(worker)
    assert lines(person, worker, "started") == ["a"]
    assert person.turn(turn_id)["answer"] == "done"
    trailed = person.get("/api/audit", what="approval.decided", turn=turn_id)["items"]
    assert len(trailed) == (2 if point == "approval.released" else 1), "not once on the trail"


@pytest.mark.parametrize("victim", ["server", "claude"])
def test_a_kill_9_while_an_approved_command_runs_asks_the_person_again(
    person: Person, worker: str, victim: str
) -> None:
    turn_id = person.send(worker, f"{deploy('a', 90)}[[say:now I know]]")
    person.decide(person.wait_asked(worker, held=False), "approve")
    person.wait(lambda: lines(person, worker, "started") == ["a"], "the command runs")
    if victim == "server":
        restart(person)
    else:
        for pid in sessions(person, worker):
            if b"--output-format" in Path(f"/proc/{pid}/cmdline").read_bytes():
                kill(pid)
    asked = person.wait_asked(worker, held=False)
    assert asked["state"] == "unknown"
    person.wait_state(turn_id, "waiting")
    assert lines(person, worker, "started") == ["a"]

    person.decide(asked, "refuse", reason="It went through.")
    person.wait_record(worker)
    assert lines(person, worker, "started") == ["a"], "it ran twice"
    (result,) = person.results(turn_id)
    assert "It went through." in result["output"]
    assert "whether it took effect is not known" in result["output"]
    assert person.turn(turn_id)["answer"] == "now I know"


def test_cancelling_a_waiting_turn_withdraws_what_it_asked(person: Person, worker: str) -> None:
    turn_id = person.send(worker, f"{deploy('a')}[[say:never]]")
    asked = person.wait_asked(worker, held=False)
    person.wait_state(turn_id, "waiting")
    assert person.ask("POST", f"/api/turns/{turn_id}/cancel").status_code == 200
    person.wait(lambda: person.asked(worker) == [], "it is withdrawn")
    assert person.wait_record(worker)["status"] == "cancelled"
    answer = person.ask(
        "POST", f"/api/approvals/{asked['id']}/decision", json={"decision": "approve"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_decided")

    following = person.send(worker, "[[say:the next one]]")
    person.wait_record(worker, 2)
    assert person.turn(following)["answer"] == "the next one"
    assert len(person.results(following)) == 0, "the call came up again in the next turn"
    assert lines(person, worker, "started") == []


def test_cancelling_a_turn_whose_command_runs_leaves_nothing_of_it(
    person: Person, worker: str, record_property: Callable[[str, object], None]
) -> None:
    turn_id = person.send(worker, f"{deploy('a', 300)}[[say:never]]")
    person.decide(person.wait_asked(worker, held=False), "approve")
    person.wait(lambda: lines(person, worker, "started") == ["a"], "the command runs")
    person.wait(lambda: any("sleep" in said for said in at_work(person, worker)), "it sleeps")
    groups = {os.getpgid(pid) for pid in at_work(person, worker).values()}

    begun = time.perf_counter()
    assert person.ask("POST", f"/api/turns/{turn_id}/cancel").status_code == 200
    person.wait(lambda: person.turn(turn_id)["state"] == "cancelled", "it is cancelled")
    person.wait(lambda: not at_work(person, worker), "its command is gone")
    took = time.perf_counter() - begun
    record_property("cancelled_within_seconds", round(took, 3))
    sys.stdout.write(f"cancelled, with its command gone, within {took:.3f} s\n")

    assert person.wait_record(worker)["status"] == "cancelled"
    assert lines(person, worker, "ended") == []
    own = {os.getpgid(pid) for pid in sessions(person, worker)}
    person.wait(lambda: all(map(is_empty, groups - own)), "its process group is gone")
    kinds = [each["kind"] for each in person.get(f"/api/turns/{turn_id}/events")["items"]]
    order = ["turn.tool", "approval.asked", "approval.released", "turn.ended"]
    assert [each for each in kinds if each in order] == order
    assert not {"turn.text", "turn.tool"} & set(kinds[kinds.index("turn.ended") :])
    following = person.send(worker, "[[say:the next one]]")
    person.wait_record(worker, 2)
    assert person.turn(following)["answer"] == "the next one"


def at_work(person: Person, worker: str) -> dict[str, int]:
    """What of the worker's own script runs: the command lines and their processes."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").resolve() == folder(person, worker):
                said = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if "deploy.sh" in said or said.startswith("sleep "):
                    found[said] = int(entry.name)
        except OSError:
            continue
    return found


def is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_session_that_is_reset_meanwhile_ends_the_turn_in_clear_words(
    person: Person, worker: str
) -> None:
    turn_id = person.send(worker, f"{deploy('a')}[[say:never]]")
    asked = person.wait_asked(worker, held=False)
    person.wait_state(turn_id, "waiting")
    answer = person.ask("POST", f"/api/workers/{worker}/session/reset", json={})
    assert answer.status_code == 200, answer.text
    assert person.wait_record(worker)["status"] == "failed"
    turn = person.turn(turn_id)
    assert turn["failure"]["kind"] == "session_reset"
    assert "Retry it" in turn["failure"]["message"]
    (closed,) = person.asked(worker, "closed")
    assert (closed["id"], closed["state"]) == (asked["id"], "withdrawn")
    assert lines(person, worker, "started") == []


def test_a_prompt_that_comes_meanwhile_waits_until_the_call_is_settled(
    person: Person, worker: str
) -> None:
    first = person.send(worker, f"{deploy('a')}[[say:first]]")
    asked = person.wait_asked(worker, held=False)
    second = person.send(worker, "[[say:second]]")
    person.wait_state(first, "waiting")
    assert person.turn(second)["state"] == "queued"
    person.decide(asked, "approve")
    person.wait_record(worker, 2)
    assert [person.turn(each)["answer"] for each in (first, second)] == ["first", "second"]
    tried = [attempt["state"] for attempt in person.turn(second)["attempt_log"]]
    assert tried == ["answered"], "a process that went on by itself was given a prompt"


def test_an_unattended_worker_runs_what_a_person_would_decide_on_record_and_without_a_bypass(
    person: Person, worker: str
) -> None:
    path = f"/api/policy/channels/files:{worker}"
    assert person.ask("PUT", path, json={"on_ask": "allow"}).status_code == 200
    turn_id = person.send(worker, f"{deploy('a')}[[say:done]]")
    assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == ["a"]
    assert person.asked(worker) == person.asked(worker, "closed") == []
    (trailed,) = person.get("/api/audit", what="approval.unattended", turn=turn_id)["items"]
    assert trailed["channel"] == f"files:{worker}"
    started = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in sessions(person, worker)]
    assert any(b"--output-format" in each for each in started)
    assert not any(b"bypass" in each or b"dangerously" in each for each in started)


def test_what_nobody_decides_in_time_is_refused(person: Person, worker: str) -> None:
    with tuned(person, SEMPRE_APPROVALS__EXPIRE_SECONDS="2"):
        turn_id = person.send(worker, f"{deploy('a')}[[say:without it]]")
        assert person.wait_record(worker)["status"] == "answered"
    assert lines(person, worker, "started") == []
    (result,) = person.results(turn_id)
    assert "Nobody decided this in time" in result["output"]
    (closed,) = person.asked(worker, "closed")
    assert (closed["state"], closed["decided_by"]) == ("expired", "system")
    assert [each["state"] for each in person.turn(turn_id)["attempt_log"]] == [
        "waiting",
        "answered",
    ]
