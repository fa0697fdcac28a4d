"""Killed at each point that a crash may hit, and started again: every prompt is answered, once, under one number."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sempre.channels.files.layout import Place
from tests.support.patience import PATIENCE

POINTS = [
    "files.claimed",
    "files.accepted",
    "files.text",
    "files.latest",
    "files.failed",
    "files.json",
    "turn.marked",
    "files.removed",
]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_nothing_is_lost_and_nothing_happens_twice(
    home: Path, place: Place, clean_environment: dict[str, str], point: str
):
    prompts = {"a.prompt": "one", "b.prompt": "fail this", "c.prompt": "three"}
    for name, text in prompts.items():
        (place.queue / name).write_text(text)
    count = "" if point in {"files.failed", "files.accepted"} else ":2"

    killed = _run(home, {**clean_environment, "SEMPRE_CRASH_AT": point + count})
    assert killed.returncode == -9, killed.stderr
    between = {path.name: path.read_bytes() for path in place.output.glob("task_*")}
    again = _run(home, clean_environment)
    assert again.returncode == 0, again.stderr

    records = {n: json.loads((place.output / f"task_{n}.json").read_bytes()) for n in (1, 2, 3)}
    texts = {path.name: path.read_text() for path in place.output.glob("*.txt")}
    assert [records[n]["prompt_file"] for n in (1, 2, 3)] == list(prompts)
    assert [records[n]["status"] for n in (1, 2, 3)] == ["answered", "failed", "answered"]
    assert texts == {
        "task_1.txt": "answer to one",
        "task_3.txt": "answer to three",
        "latest.txt": "answer to three",
    }
    assert len(list(place.output.iterdir())) == 6
    for name, content in between.items():
        assert (place.output / name).read_bytes() == content, "published again, the same bytes"
    assert {path.name for path in place.queue.rglob("*") if path.is_file()} == {
        ".owners",
        "b.prompt",
        "b.prompt.reason.txt",
    }
    assert (place.failed / "b.prompt").read_text() == "fail this"


def _run(home: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.channels.files.crashing", home, "3"],
        env={**environment, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
