"""Commands that ask a running Sempre: the real one, rehearsing, with the real Claude Code CLI."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sempre.rehearsal.directives import write_tool
from tests.cli.shell import Shell, read_until
from tests.support.patience import PATIENCE, Looks, wait_until

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_answer_of_what_is_piped_in_goes_to_stdout_and_nothing_else(rehearsing: Shell):
    sent = rehearsing.process("send", "coder", "-", "--wait", stdin="[[say:It is fine.]]\n")
    assert (sent.code, sent.out) == (0, "Rehearsal: this answer is scripted.\n\nIt is fine.\n")
    assert "rehearsal" in sent.err
    assert "sempre connect" in sent.err


def test_a_file_is_sent_and_the_turn_comes_as_json(rehearsing: Shell, tmp_path: Path):
    prompt = tmp_path / "task.md"
    prompt.write_text("[[say:Olá, coração]] ação", "utf-8")
    turn = rehearsing.json("send", "coder", "-f", str(prompt), "--wait")
    assert turn["state"] == "answered"
    assert turn["prompt"] == "[[say:Olá, coração]] ação"
    assert turn["answer"].endswith("Olá, coração")


def test_a_failed_turn_ends_with_one_and_its_reason_on_stderr(rehearsing: Shell):
    sent = rehearsing.run("send", "coder", "[[http:400]]", "--wait")
    assert (sent.code, sent.out) == (1, "")
    assert "scripted error 400" in sent.err
    assert "sempre retry coder#" in sent.err


def test_what_holds_an_answer_up_is_told_on_stderr(rehearsing: Shell):
    sent = rehearsing.run("send", "writer", "[[http:529:2]] [[say:at last]]", "--wait")
    assert sent.code == 0
    assert sent.out.endswith("at last\n")
    assert "again in" in sent.err or "again at once" in sent.err


def test_waiting_ends_in_time_and_the_turn_goes_on(rehearsing: Shell):
    with _paused(rehearsing, "coder"):
        sent = rehearsing.run("send", "coder", "[[say:late]]", "--wait", "--timeout", "1")
        assert sent.code == 6
    name = next(word for word in sent.err.split() if word.startswith("coder#"))
    _until(rehearsing, name, "answered")


def test_one_key_is_one_turn(rehearsing: Shell):
    first = rehearsing.json("send", "coder", "[[say:once]]", "--key", "k-1")
    again = rehearsing.json("send", "coder", "[[say:once]]", "--key", "k-1")
    assert first["id"] == again["id"]


def test_a_program_has_a_channel_of_its_own(rehearsing: Shell):
    sent = rehearsing.run("send", "api:crm", "[[say:noted]]", "--key", "t-1", "--wait")
    assert (sent.code, sent.out) == (0, "noted\n")
    turn = rehearsing.json("send", "api:crm", "anything", "--key", "t-1")
    assert (turn["channel"], turn["number"], turn["answer"]) == ("api:crm", 1, "noted")


def test_an_unknown_worker_is_refused_with_those_there_are_unless_it_shall_be_made(
    rehearsing: Shell,
):
    refused = rehearsing.run("send", "painter", "paint")
    assert refused.code == 3
    assert "coder, writer" in refused.err
    assert not (rehearsing.home / "rehearsal" / ".queue" / "painter").exists()
    made = rehearsing.run("send", "painter", "[[say:painted]]", "--new", "--wait")
    assert made.out.endswith("painted\n")
    assert not (rehearsing.home / ".queue" / "painter").exists()  # the real queue is not touched


@pytest.mark.parametrize("name", ["../coder", "a/b", "", "x" * 65, "ção"])
def test_a_name_that_no_worker_can_have_makes_nothing(rehearsing: Shell, name: str):
    assert rehearsing.run("send", name, "text", "--new").code in {3, 5}
    assert sorted(each.name for each in (rehearsing.home / "rehearsal").iterdir()) == sorted(
        [".output", ".queue", ".sempre", "sempre.toml", "workspaces"]
        + [each.name for each in (rehearsing.home / "rehearsal").glob(".session_*")]
    )


def test_status_says_what_runs_and_what_waits_and_why(rehearsing: Shell):
    first = rehearsing.json("send", "writer", "[[hang:600]]")
    second = rehearsing.json("send", "writer", "[[say:two]]")
    _until(rehearsing, f"writer#{first['number']}", "running")
    said = rehearsing.run("status")
    assert said.code == 0
    assert f"after writer#{first['number']}, which is running" in said.out
    told = rehearsing.json("status", "writer")
    assert told["status"]["mode"] == "rehearsal"
    assert [each["id"] for each in told["waiting"]] == [second["id"]]
    live = next(each for each in told["workers"] if each["name"] == "writer")["live"]
    assert live["id"] == first["id"]
    assert rehearsing.run("status", "nobody").code == 3
    assert rehearsing.run("cancel", f"writer#{first['number']}").code == 0
    _until(rehearsing, f"writer#{second['number']}", "answered")


def test_a_turn_is_told_from_its_beginning_to_its_end(rehearsing: Shell):
    script = '[[tool:Bash {"command": "ls"}]] [[tool:Bash {"command": "cat ../../sempre.toml"}]] [[say:Done.\nAll.]]'
    turn = rehearsing.json("send", "coder", script)
    told = rehearsing.run("tail", f"coder#{turn['number']}")
    assert told.code == 0
    lines = told.out.splitlines()
    assert "→ Bash ls" in lines
    assert any(line.startswith("✗ Bash refused:") for line in lines)
    assert lines[lines.index("Done.") : lines.index("Done.") + 3] == ["Done.", "All.", "■ answered"]
    assert lines[-1].startswith("✓ ")
    again = rehearsing.run("tail", turn["id"], "--json")
    kinds = [json.loads(line)["kind"] for line in again.out.splitlines()]
    assert (kinds[0], kinds[-1]) == ("turn.accepted", "turn.published")


def test_a_worker_is_followed_while_it_works(rehearsing: Shell):
    with rehearsing.start("tail", "writer") as tail:
        assert tail.stderr is not None
        assert tail.stderr.readline() == "Following writer. Ctrl-C ends it.\n"
        rehearsing.run("send", "coder", "[[say:not this one]]", "--wait")
        rehearsing.run("send", "writer", "[[say:\x1b[31mred\x07]]", "--wait")
        assert tail.stdout is not None
        told = "".join(read_until("✓", tail.stdout))
        tail.send_signal(signal.SIGINT)
        assert tail.wait(PATIENCE) == 0
    assert "\\x1b[31mred\\x07" in told
    assert "\x1b" not in told
    assert "not this one" not in told


def test_following_a_name_that_nobody_has_is_refused(rehearsing: Shell):
    assert rehearsing.run("tail", "nobody").code == 3
    assert rehearsing.run("tail", "coder#99999").code == 3


def test_turns_are_listed_searched_and_shown(rehearsing: Shell):
    turn = rehearsing.json("send", "coder", "[[say:a needle]]", "--wait")
    name = f"coder#{turn['number']}"
    assert name in rehearsing.run("turns").out
    found = rehearsing.json("turns", "coder", "--search", "needle", "--state", "answered")
    assert [each["id"] for each in found] == [turn["id"]]
    assert len(rehearsing.json("turns", "list", "-n", "2")) == 2
    shown = rehearsing.run("turns", "show", name)
    assert "a needle" in shown.out
    assert turn["id"] in shown.out
    assert rehearsing.json("turns", "show", name)["attempt_log"][0]["number"] == 1


def test_a_running_turn_is_cancelled_and_tried_again(rehearsing: Shell):
    turn = rehearsing.json("send", "coder", "[[hang:600]]")
    name = f"coder#{turn['number']}"
    _until(rehearsing, name, "running")
    time.sleep(0.5)
    assert rehearsing.run("cancel", name).code == 0
    _until(rehearsing, name, "cancelled")
    assert rehearsing.run("cancel", name).code == 4
    assert rehearsing.run("retry", name, "-f", "-", stdin=b"[[say:now]]").code == 0
    _until(rehearsing, name, "answered")
    assert "now" in rehearsing.run("turns", "show", name).out
    assert rehearsing.run("retry", name).code == 4


def test_dead_letters_are_listed_shown_retried_and_purged(rehearsing: Shell):
    for _ in range(2):
        rehearsing.run("send", "painter2", "[[http:400]]", "--new", "--wait")
    assert "painter2#2" in rehearsing.run("dead").out
    shown = rehearsing.run("dead", "show", "painter2#1")
    assert "[[http:400]]" in shown.out
    assert "invalid" in shown.out
    retried = rehearsing.run("dead", "retry", "painter2#1", "-f", "-", stdin=b"[[say:better]]")
    assert retried.code == 0, retried.err
    _until(rehearsing, "painter2#1", "answered")
    assert rehearsing.run("dead", "purge", "painter2#2", stdin=b"n\n").code == 1
    assert "painter2#2" in rehearsing.run("dead", "list").out
    assert rehearsing.run("dead", "purge", "--all", "-y").code == 0
    assert rehearsing.json("dead", "list") == []
    assert rehearsing.run("dead", "retry", "painter2#2").code == 3
    assert rehearsing.run("dead", "retry").code == 5


def test_a_login_link_logs_one_browser_in(rehearsing: Shell):
    url = rehearsing.run("login-link").out.strip()
    with httpx2.Client() as browser:
        assert browser.get(url).status_code == 303
        assert browser.get(httpx2.URL(url).join("/api/status")).status_code == 200
    assert httpx2.get(url).status_code == 401


def test_a_worker_that_stopped_is_found_and_let_go_on(rehearsing: Shell):
    turn = rehearsing.json("send", "stopper", "[[auth:1]] [[say:let in]]", "--new")
    wait_until(lambda: rehearsing.json("status", "stopper")["workers"][0]["state"] == "stopped")
    doctor = rehearsing.run("doctor", "--json")
    assert doctor.code == 1
    (found,) = problems(doctor.json, "work")
    assert found["message"].startswith("stopper is stopped: ")
    assert "sempre resume stopper" in found["remedy"]
    waiting = rehearsing.run("status", "stopper").out.splitlines()[-1]
    assert waiting.startswith("stopper#1")
    assert "API key" in waiting
    assert "Again" not in waiting  # not by itself
    assert rehearsing.json("resume", "stopper")["name"] == "stopper"
    _until(rehearsing, f"stopper#{turn['number']}", "answered")
    assert rehearsing.run("resume", "nobody").code == 3


def test_the_doctor_finds_a_running_sempre_well(rehearsing: Shell):
    doctor = rehearsing.run("doctor", "--json")
    assert (problems(doctor.json), doctor.code) == ([], 0)
    told = {each["check"]: each for each in doctor.json["findings"]}
    assert "ready (rehearsal)" in told["server"]["message"]
    assert told["connection"]["message"].startswith("No model is connected")
    assert "port" not in told


@pytest.mark.posix
def test_whoever_stops_waiting_while_the_agent_works_does_not_stop_the_turn(rehearsing: Shell):
    gate = _Gate(rehearsing.home / "rehearsal" / "workspaces" / "coder" / "gate")
    script = f"{write_tool('Bash', command='cat gate')} [[say:patience]]"
    with rehearsing.start("send", "coder", script, "--wait") as waiting:
        gate.wait_for_reader()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(PATIENCE) == 130
    name = f"coder#{_newest(rehearsing, 'coder')['number']}"
    assert rehearsing.json("turns", "show", name)["state"] == "running"
    gate.open()
    _until(rehearsing, name, "answered")
    turn = rehearsing.json("turns", "show", name)
    assert turn["answer"].endswith("patience")
    assert turn["attempts"] == 1


class _Gate:
    """A pipe in a worker's folder: who reads it goes on when it is opened, be that soon or late."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)
        self._path = path
        self._end = -1

    def wait_for_reader(self) -> None:
        wait_until(self._is_read)

    def open(self) -> None:
        os.close(self._end)

    def _is_read(self) -> bool:
        with contextlib.suppress(OSError):  # ENXIO: nobody reads
            self._end = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
        return self._end >= 0


@contextlib.contextmanager
def _paused(shell: Shell, worker: str) -> Iterator[None]:
    """Nothing that comes in meanwhile is answered before the end of the block, however slow this machine is."""
    assert shell.run("pause", worker).code == 0
    try:
        yield
    finally:
        assert shell.run("resume", worker).code == 0


def _newest(shell: Shell, worker: str) -> Any:
    return shell.json("turns", worker, "-n", "1")[0]


def problems(doctor: Any, check: str | None = None) -> list[dict[str, str]]:
    found = [each for each in doctor["findings"] if each["level"] == "problem"]
    return [each for each in found if check in {None, each["check"]}]


def _until(shell: Shell, name: str, state: str) -> None:
    def found() -> str:
        return shell.json("turns", "show", name)["state"]

    looks = Looks(PATIENCE, lambda: f"{name} is {found()}, not {state}")
    while found() != state:
        time.sleep(looks.pause())


def test_sempre_toml_is_picked_up_while_it_runs_and_a_broken_one_is_told(rehearsing: Shell):
    path = rehearsing.home / "rehearsal" / "sempre.toml"
    before = path.read_text()

    def status() -> dict[str, Any]:
        return rehearsing.json("status")["status"]

    try:
        path.write_text(f'{before}[workers.fresh]\ncommands = ["make"]\n[log]\nkeep = 2\n')
        wait_until(lambda: status()["settings"]["waiting"] == ["log"])
        assert status()["counts"]["proposals"] == 1
        queue = rehearsing.home / "rehearsal" / ".queue" / "fresh"
        wait_until(queue.is_dir)
        path.write_text(f"{before}\n[broken\n")
        wait_until(lambda: status()["settings"]["problem"] is not None)
        assert "does not hold" in rehearsing.run("status").out
        assert status()["counts"]["proposals"] == 1  # what held before does
    finally:
        path.write_text(before)
    wait_until(lambda: status()["counts"]["proposals"] == 0)
    assert status()["settings"] == {"problem": None, "waiting": []}
