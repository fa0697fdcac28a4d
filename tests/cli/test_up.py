"""`sempre up` as whoever starts it sees it: signals, a second instance, a taken port, a crash, another model."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell, read_until
from tests.support.patience import PATIENCE, wait_until
from tests.support.provider import scripted_provider
from tests.support.server import children_of, drop, output

pytestmark = [
    pytest.mark.claude,
    pytest.mark.posix,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

_SEND = ("send", "coder", "[[hang:8]] [[say:back]]", "--wait")


@dataclass
class Up:
    """`sempre up --json` in a process of its own. `ready` is the line that it prints."""

    shell: Shell
    process: "subprocess.Popen[str]" = field(init=False)
    ready: dict[str, Any] = field(init=False)

    def start(self, *words: str) -> "Up":
        self.log.touch()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sempre", "up", "--json", "--port", "0", *words],
                env={**self.shell.environment, "SEMPRE_HOME": str(self.shell.home)},
                cwd=self.shell.home,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.ready = json.loads(line)
        return self

    @property
    def log(self) -> Path:
        return self.shell.home.parent / "up.log"

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ended(self, within: float = 2 * PATIENCE) -> int:
        code = self.process.wait(within)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def up(shell: Shell) -> Iterator[Up]:
    """Not started. Its rehearsal has one worker and no sample."""
    (shell.home / "rehearsal" / ".queue" / "coder").mkdir(parents=True)
    (shell.home / "rehearsal" / "sempre.toml").touch()
    running = Up(shell)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.ended()


def test_it_stops_in_order_and_goes_on_where_it_was(up: Up, shell: Shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up.start("--port", str(port))
    assert up.ready["mode"] == "rehearsal"
    assert up.ready["workers"] == ["coder"]
    assert port < int(up.ready["url"].rpartition(":")[2]) <= port + 50

    second = shell.process("up")
    assert second.code == 4
    assert f"process {up.process.pid}" in second.err

    shell.json("send", "coder", "[[hang:8]] [[say:before the stop]]")
    shell.json("send", "coder", "[[say:after the stop]]")
    wait_until(lambda: shell.json("turns", "show", "coder#1")["state"] == "running")
    up.signal(signal.SIGTERM)
    assert up.ended() == 0
    place = shell.home / "rehearsal"
    assert "before the stop" in output(place, "coder")[1]
    assert children_of(place) == []
    gone = shell.run("status")
    assert gone.code == 6
    assert "sempre up" in gone.err

    up.start()
    wait_until(lambda: 2 in output(place, "coder"))
    assert [each["attempts"] for each in shell.json("turns")] == [1, 1]
    up.signal(signal.SIGINT)
    assert up.ended() == 0


def test_a_second_signal_ends_it_at_once_and_leaves_no_agent_behind(up: Up, shell: Shell):
    up.start()
    shell.json("send", "coder", "[[hang:600]]")
    wait_until(lambda: shell.json("turns", "show", "coder#1")["state"] == "running")
    place = shell.home / "rehearsal"
    wait_until(lambda: children_of(place) != [])
    up.signal(signal.SIGTERM)
    wait_until(lambda: "up.stopping" in up.log.read_text())
    up.signal(signal.SIGTERM)
    assert up.ended() == 130
    wait_until(lambda: children_of(place) == [])


def test_whoever_waits_or_watches_outlives_a_crash(up: Up, shell: Shell):
    up.start()
    with shell.start("tail", "coder") as tail, shell.start(*_SEND) as waiting:
        assert tail.stderr is not None
        assert tail.stderr.readline() == "Following coder. Ctrl-C ends it.\n"
        wait_until(lambda: [each["state"] for each in shell.json("turns")] == ["running"])
        up.signal(signal.SIGKILL)
        up.ended()
        crashed = shell.run("status")
        assert crashed.code == 6
        assert "ended without saying so" in crashed.err
        up.start()
        out, err = waiting.communicate(timeout=2 * PATIENCE)
        assert waiting.returncode == 0, err
        assert out.endswith("back\n")
        assert "Sempre is away" in err
        assert "Sempre is back." in err
        assert tail.stdout is not None
        assert list(read_until("✓", tail.stdout)).count("back\n") == 1
        tail.send_signal(signal.SIGINT)
        assert tail.wait(PATIENCE) == 0


def test_connecting_a_model_takes_up_what_waited_for_it(up: Up, shell: Shell):
    up.start()
    scripted = shell.json("send", "coder", "[[say:by script]]", "--wait")
    drop(shell.home, "real", "first", "[[say:really]]")
    wait_until(lambda: shell.json("status")["status"]["waiting_for_real_model"] == 1)
    url, pid = up.ready["url"], up.process.pid
    with scripted_provider() as provider:
        secret = "sk-ant-test-canary-4711"
        words = ("connect", "key", "--base-url", provider.url)
        connected = shell.run(*words, stdin=f"{secret}\n".encode())
        assert connected.code == 0, connected.err
        assert secret not in connected.out + connected.err
        status = shell.json("status")["status"]
        assert (status["mode"], status["waiting_for_real_model"]) == ("live", 0)
        assert _announced(shell) == {"url": url, "mode": "live", "pid": pid}
        wait_until(lambda: output(shell.home, "real") == {1: "really"})
        assert shell.run("turns", "show", scripted["id"]).code == 3
        afresh = shell.json("send", "coder", "[[say:afresh]]", "--new", "--wait")
        assert (afresh["number"], afresh["answer"]) == (1, "afresh")
        assert afresh["session_id"] != scripted["session_id"]
        assert {each["prompt_head"] for each in shell.json("turns")} == {
            "[[say:really]]",
            "[[say:afresh]]",
        }
        sent = shell.run("send", "real", "[[say:again]]", "--wait")
        assert (sent.out, sent.err) == ("again\n", "")
        assert shell.run("disconnect").code == 5, "an agent could have said so"
        words = ("--token-file", "-", "disconnect")
        gone = shell.run(*words, stdin=up.ready["login"].encode())
        assert gone.code == 0, gone.err
        assert shell.json("status")["status"]["mode"] == "rehearsal"
        assert {call.headers["x-api-key"] for call in provider.record.messages} != {secret}
    assert secret not in up.log.read_text()
    os.kill(pid, signal.SIGTERM)
    assert up.ended() == 0


def _announced(shell: Shell) -> dict[str, Any]:
    return json.loads((shell.home / ".sempre" / "server.json").read_text())
