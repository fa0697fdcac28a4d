"""Work that is truly stuck beside a running Sempre: the doctor finds each kind, and what it says to do is really there
and mends it. Its clock, and only its clock, is ahead where a thing counts as stuck after some time."""

import contextlib
import json
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sempre import clock
from sempre.channels.files.claim import Claims
from sempre.channels.files.layout import Place
from sempre.rehearsal import MessagesApi
from tests.cli.shell import Shell
from tests.support.environment import allowed_environment
from tests.support.patience import wait_until
from tests.support.provider import credentials, scripted_provider
from tests.support.server import Server, children_of, drop, kill, output

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
WORKERS = ("coder", "writer", "stopper", "buyer", "refuser")
SETTINGS = """
[turns]
provider_retries = 0
[alerts]
every_seconds = 0.3
"""
LATER = timedelta(hours=3)
_COMMAND = re.compile(r"`sempre ([^`]+)`")


@pytest.fixture(scope="module")
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: MessagesApi) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("stuck")
    server = Server(folder / "home", {**allowed_environment(folder), **credentials(provider)})
    for name in WORKERS:
        (server.home / ".queue" / name).mkdir(parents=True)
    (server.home / "sempre.toml").write_text(SETTINGS)
    try:
        yield server.start().wait_ready()
    finally:
        server.end()
        for pid in children_of(server.home):
            kill(pid)


@pytest.fixture
def shell(server: Server) -> Shell:
    return Shell(server.home, server.environment)


def test_nothing_is_stuck_where_all_is_well(shell: Shell, server: Server) -> None:
    answer(shell, "coder", "[[say:well]]")
    assert [each["message"] for each in findings(shell, ahead=LATER)] == ["Nothing is stuck."]


def test_a_turn_that_outlives_its_time_limit_is_cancelled_and_tried_again(shell: Shell) -> None:
    name = sent(shell, "coder", "[[hang:600]]")
    until(shell, name, "running")
    assert look(shell) == [], "it may run for an hour"
    (found,) = look(shell, ahead=LATER)
    assert found["level"] == "problem"
    assert found["message"].startswith(f"{name} runs for ")
    assert commands(found) == [f"cancel {name}", f"retry {name}"]
    assert shell.run("cancel", name).code == 0
    until(shell, name, "cancelled")
    assert look(shell, ahead=LATER) == []
    assert shell.run("retry", name, "-f", "-", stdin=b"[[say:now]]").code == 0
    until(shell, name, "answered")


def test_turns_that_nothing_runs_go_on_after_a_new_start(shell: Shell, server: Server) -> None:
    with no_engine(server.home):
        drop(server.home, "writer", "held", "[[say:held up]]")
        wait_until(lambda: worker(shell, "writer")["queued"] == 1)
        assert look(shell) == [], "a moment later it may run"
        (found,) = look(shell, ahead=LATER)
    assert found["level"] == "problem"
    assert found["message"].startswith("1 turn of writer wait for 3 h, and none runs.")
    assert found["remedy"].endswith("start Sempre again, and they go on.")
    restart(server)
    wait_until(lambda: "held up" in output(server.home, "writer").values())
    wait_until(lambda: look(shell, ahead=LATER) == [])


def test_a_worker_that_is_stopped_goes_on_when_it_is_mended(shell: Shell) -> None:
    name = sent(shell, "stopper", "[[auth:1]] [[say:let in]]")
    wait_until(lambda: worker(shell, "stopper")["state"] == "stopped")
    (found,) = look(shell)
    assert found["level"] == "problem"
    assert found["message"].startswith("stopper is stopped: ")
    mend(shell, found, "resume stopper")
    until(shell, name, "answered")


def test_a_worker_that_waits_for_its_quota_tries_it_now(shell: Shell) -> None:
    name = sent(shell, "buyer", "[[quota:3600]] [[say:bought]]")
    wait_until(lambda: worker(shell, "buyer")["state"] == "parked")
    (found,) = look(shell)
    assert found["level"] == "warning"
    assert found["message"].startswith("buyer is parked: ")
    mend(shell, found, "resume buyer")
    wait_until(lambda: attempts(shell, name) == 2)
    assert shell.run("cancel", name).code == 0
    until(shell, name, "cancelled")
    shell.run("resume", "buyer")
    wait_until(lambda: look(shell) == [])


def test_what_everything_waits_for_is_said_once(shell: Shell) -> None:
    assert shell.run("suspend", "--reason", "the bill").code == 0
    first, second = sent(shell, "coder", "[[say:one]]"), sent(shell, "writer", "[[say:two]]")
    until(shell, first, "parked")
    until(shell, second, "parked")
    (found,) = look(shell, ahead=LATER)
    assert found["message"] == "Everything is suspended by local: the bill"
    mend(shell, found, "resume --all")
    until(shell, first, "answered")
    until(shell, second, "answered")
    assert look(shell) == []


def test_a_call_that_waits_for_a_person_is_noted(shell: Shell) -> None:
    name = sent(shell, "refuser", '[[tool:Bash {"command": "./deploy.sh"}]] [[say:done]]')
    wait_until(lambda: shell.json("status")["status"]["counts"]["approvals"] == 1)
    (found,) = [each for each in findings(shell) if each["level"] == "note"]
    assert found["message"] == "1 call for a person to decide."
    assert commands(found) == ["approvals"]
    assert "./deploy.sh" in shell.run("approvals").out
    assert shell.run("cancel", name).code == 0
    until(shell, name, "cancelled")


def test_dead_letters_are_listed_and_cleared(shell: Shell) -> None:
    name = sent(shell, "coder", "[[http:400]]")
    until(shell, name, "failed")
    (found,) = look(shell)
    assert (found["level"], found["message"]) == (
        "warning",
        "1 dead letter for a person to look at.",
    )
    assert commands(found) == ["dead"]
    assert name in shell.run("dead").out
    assert shell.run("dead", "purge", name, "-y").code == 0
    assert look(shell) == []


def test_a_file_that_is_no_prompt_is_told_with_its_reason(shell: Shell, server: Server) -> None:
    stray = server.home / ".queue" / "coder" / "ideas.txt"
    stray.write_text("a prompt?")
    wait_until(lambda: len(look(shell)) == 1)
    (found,) = look(shell, ahead=LATER)
    assert found["message"] == "ideas.txt in the queue of coder is ignored."
    assert "Rename it" in found["remedy"]
    stray.rename(stray.with_name("ideas.prompt"))
    wait_until(lambda: look(shell, ahead=LATER) == [])


def test_a_folder_that_can_be_no_worker_keeps_its_prompts(shell: Shell, server: Server) -> None:
    folder = drop(server.home, "my ideas", "one", "[[say:of the folder]]").parent
    assert look(shell) == []
    (found,) = look(shell, ahead=LATER)
    assert found["level"] == "problem"
    assert found["message"] == "1 prompt in the queue of my ideas was not taken in."
    assert found["remedy"].startswith("Rename the folder.")
    folder.rename(folder.with_name("ideas"))
    wait_until(lambda: "of the folder" in output(server.home, "ideas").values())
    wait_until(lambda: look(shell, ahead=LATER) == [])


def test_a_prompt_that_cannot_be_claimed_is_told(shell: Shell, server: Server) -> None:
    made, folder = server.home / "blocked", server.home / ".queue" / "blocked"
    made.mkdir()
    (made / ".claimed").write_text("in the way")
    made.rename(folder)  # a folder in the queue has its claims within a moment
    drop(server.home, "blocked", "one", "[[say:unblocked]]")
    wait_until(lambda: len(look(shell, ahead=LATER)) == 1)
    (found,) = look(shell, ahead=LATER)
    assert found["message"] == "1 prompt in the queue of blocked was not taken in."
    log = re.search(r"See the log (\S+);", found["remedy"])
    assert log is not None
    assert "blocked" in Path(log[1]).read_text()
    (folder / ".claimed").unlink()
    restart(server)
    wait_until(lambda: "unblocked" in output(server.home, "blocked").values())
    wait_until(lambda: look(shell, ahead=LATER) == [])


def test_a_claim_of_which_no_turn_was_made_is_taken_up_at_the_next_start(
    shell: Shell, server: Server
) -> None:
    place = Place(server.home, "coder")
    claim = Claims(place).make("lost.prompt")
    (place.claimed / claim.name).write_text("[[say:found again]]")
    assert look(shell) == []
    (found,) = look(shell, ahead=LATER)
    assert found["level"] == "problem"
    assert found["message"] == "1 claimed prompt of files:coder became no turn yet."
    assert found["remedy"].startswith("Start Sempre again")
    restart(server)
    wait_until(lambda: "found again" in output(server.home, "coder").values())
    wait_until(lambda: look(shell, ahead=LATER) == [])


def test_alerts_and_a_webhook_that_takes_none_are_told(shell: Shell, server: Server) -> None:
    port = free_port()
    full = f'[alerts]\ndisk_free_mb = 1000000000000\nwebhook_url = "http://127.0.0.1:{port}/"'
    restart(server, SETTINGS.replace("[alerts]", full))
    wait_until(lambda: len(told(shell, "alerts")) == 2)
    alert, webhook = told(shell, "alerts")
    assert (alert["level"], "MB are free" in alert["message"]) == ("problem", True)
    with receiver(port) as received:
        mend(shell, webhook, "alerts test")
        wait_until(lambda: len(told(shell, "alerts")) == 1)
    assert "alert.test" in received
    restart(server)
    wait_until(lambda: [each["level"] for each in told(shell, "alerts")] == ["ok"])


def test_a_worker_whose_machine_is_away_is_told(shell: Shell, server: Server) -> None:
    """The home's files were moved to another machine without their node's name."""
    answer(shell, "coder", "[[say:here]]")
    server.stop()
    node = server.home / ".sempre" / "node"
    before = node.read_text()
    node.write_text("elsewhere")
    try:
        server.start().wait_ready()
        found = next(each for each in look(shell) if each["message"].startswith("coder is away"))
        assert found["level"] == "warning"
        assert found["remedy"].startswith("Start Sempre there")
    finally:
        server.stop()
        node.write_text(before)
    server.start().wait_ready()
    assert look(shell) == []


def findings(shell: Shell, *, ahead: timedelta = timedelta()) -> list[dict[str, Any]]:
    """Of the check of work."""
    with clock.shifted(ahead):
        return told(shell, "work")


def told(shell: Shell, check: str) -> list[dict[str, Any]]:
    found = [
        each for each in shell.run("doctor", "--json").json["findings"] if each["check"] == check
    ]
    for each in found:
        assert each["remedy"] or each["level"] in {"ok", "note"}
    return found


def look(shell: Shell, *, ahead: timedelta = timedelta()) -> list[dict[str, Any]]:
    """What is wrong, and nothing else."""
    return [
        each for each in findings(shell, ahead=ahead) if each["level"] in {"warning", "problem"}
    ]


def commands(found: dict[str, Any]) -> list[str]:
    return _COMMAND.findall(found["remedy"])


def mend(shell: Shell, found: dict[str, Any], command: str) -> None:
    """With the very words that the finding gives."""
    assert commands(found) == [command]
    done = shell.run(*command.split())
    assert done.code == 0, done.err


def sent(shell: Shell, worker: str, text: str) -> str:
    turn = shell.json("send", worker, text)
    return f"{worker}#{turn['number']}"


def answer(shell: Shell, worker: str, text: str) -> None:
    until(shell, sent(shell, worker, text), "answered")


def until(shell: Shell, name: str, state: str) -> None:
    wait_until(lambda: shell.json("turns", "show", name)["state"] == state)


def attempts(shell: Shell, name: str) -> int:
    return len(shell.json("turns", "show", name)["attempt_log"])


def worker(shell: Shell, name: str) -> dict[str, Any]:
    return shell.json("status", name)["workers"][0]


def restart(server: Server, settings: str = SETTINGS) -> None:
    server.stop()
    (server.home / "sempre.toml").write_text(settings)
    server.start().wait_ready()


@contextlib.contextmanager
def receiver(port: int) -> Iterator[list[str]]:
    """Of webhooks; the kinds of what it was told."""
    received: list[str] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(json.loads(body)["type"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as above)
            return

    with HTTPServer(("127.0.0.1", port), Taking) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield received
        finally:
            listening.shutdown()
            thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextlib.contextmanager
def no_engine(home: Path) -> Iterator[None]:
    """Something else has locked the engine's file: nothing can be given to it, and it gives nothing out."""
    with contextlib.closing(
        sqlite3.connect(home / ".sempre" / "engine.sqlite", isolation_level=None, timeout=30)
    ) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
