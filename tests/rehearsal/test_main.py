"""The rehearsal in a process of its own, as tests and benchmarks use it."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.rehearsal.bodies import ask, encode
from tests.support.patience import PATIENCE


def test_it_says_its_port_answers_logs_and_ends_on_sigterm(
    tmp_path: Path, clean_environment: dict[str, str]
):
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "sempre.rehearsal", "0", "--log", str(log), "--label"]
    with subprocess.Popen(
        command, env=clean_environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        word, port = child.stdout.readline().split()
        assert word == "up"
        url = f"http://127.0.0.1:{port}/v1/messages"
        with urllib.request.urlopen(url, encode(ask("[[say:hi]]")), timeout=PATIENCE) as answer:
            text = json.load(answer)["content"][0]["text"]
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0
    assert text == "Rehearsal: this answer is scripted.\n\nhi"
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == [
        "asked",
        "ended",
    ]
