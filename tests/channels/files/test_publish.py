"""Answers as files: whole or not at all, the same bytes again, nobody else's file overwritten."""

import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sempre.channels.files.claim import Claims
from sempre.channels.files.layout import Place
from sempre.channels.files.publish import Publisher
from sempre.contract.channel import NumberTakenError
from sempre.contract.messages import Failure, Inbound
from sempre.errors import UnavailableError
from tests.channels.endings import answered, cancelled, failed
from tests.channels.files.test_take import somebody_else
from tests.support.patience import PATIENCE


def came_in(place: Place, text: str = "Hello", name: str = "hello.prompt") -> Inbound:
    """A prompt as the intake leaves it: claimed and accepted."""
    place.claimed.mkdir(exist_ok=True)
    claim = Claims(place).make(name)
    (place.claimed / claim.name).write_text(text)
    return Inbound(
        channel=place.channel,
        external_id=claim.id,
        text=text,
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        origin={"file": name, "claim": claim.name},
    )


def by_schedule(place: Place) -> Inbound:
    return Inbound(
        channel=place.channel,
        external_id="schedule:nightly:2026-11-20T02:00:00Z",
        text="Tidy up",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        origin={"schedule": "nightly"},
    )


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.iterdir())}


def test_an_answer_is_a_text_the_latest_and_a_record(place: Place):
    prompt = came_in(place)
    receipt, trouble = Publisher(place).publish(answered(prompt, 7, "Olá 🎉\n"))
    assert trouble is None
    assert receipt.where == str(place.output / "task_7.txt")
    assert (place.output / "task_7.txt").read_text() == "Olá 🎉\n"
    assert (place.output / "latest.txt").read_text() == "Olá 🎉\n"
    record = json.loads((place.output / "task_7.json").read_bytes())
    assert record == {
        "turn": f"turn-{prompt.external_id}",
        "task": 7,
        "worker": "coder",
        "status": "answered",
        "answer": "task_7.txt",
        "prompt_file": "hello.prompt",
        "origin": dict(prompt.origin),
        "request_id": prompt.external_id,
        "session": "6b0a1f8e-52d5-4f7f-9a38-0f4f4c3d2c11",
        "model": "claude-sonnet-5",
        "attempts": 1,
        "received_at": "2026-11-20T00:00:00Z",
        "started_at": "2026-11-20T12:00:00Z",
        "finished_at": "2026-11-20T12:00:00Z",
        "tokens": {"input": 12, "output": 34, "cache_read": 0, "cache_write": 0},
        "cost_micros": 567,
        "error": None,
    }
    assert set(files(place.output)) == {"task_7.txt", "latest.txt", "task_7.json"}


def test_published_again_nothing_is_written(place: Place):
    message = answered(came_in(place), 1)
    Publisher(place).publish(message)
    once = files(place.output)
    Publisher(place).publish(message)
    assert files(place.output) == once


@pytest.mark.parametrize("missing", ["task_1.json", "latest.txt", "task_1.txt"])
def test_what_a_crash_left_out_is_added_with_the_same_bytes(place: Place, missing: str):
    message = answered(came_in(place), 1)
    Publisher(place).publish(message)
    whole = files(place.output)[missing][0]
    (place.output / missing).unlink()
    (place.output / f".{missing}.aside").write_text("half wri")
    Publisher(place).publish(message)
    assert (place.output / missing).read_bytes() == whole
    assert not (place.output / f".{missing}.aside").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("task_1.txt", "a person's file"),
        ("task_1.txt", ""),
        ("task_1.json", "{}"),
        ("task_1.json", '{"turn": "another"}'),
        ("task_1.json", '["turn"]'),
        ("task_1.json", "no json"),
    ],
)
def test_a_number_that_somebody_else_uses_is_taken(place: Place, name: str, content: str):
    place.output.mkdir(parents=True)
    (place.output / name).write_text(content)
    for message in (answered(came_in(place), 1), failed(came_in(place), 1)):
        with pytest.raises(NumberTakenError):
            Publisher(place).publish(message)
    assert {name: content.encode()} == {n: c for n, (c, _) in files(place.output).items()}


def test_a_link_under_the_number_is_taken_and_not_followed(place: Place, tmp_path: Path):
    place.output.mkdir(parents=True)
    (tmp_path / "precious").write_text("keep")
    (place.output / "task_1.txt").symlink_to(tmp_path / "precious")
    with pytest.raises(NumberTakenError):
        Publisher(place).publish(answered(came_in(place), 1))
    (place.output / ".task_2.txt.aside").symlink_to(tmp_path / "precious")
    (place.output / "latest.txt").symlink_to(tmp_path / "precious")
    Publisher(place).publish(answered(came_in(place), 2, "two"))
    assert (tmp_path / "precious").read_text() == "keep"
    assert (place.output / "latest.txt").read_text() == "two"
    assert not (place.output / "latest.txt").is_symlink()


def test_latest_does_not_go_back(place: Place):
    publisher = Publisher(place)
    first = came_in(place)
    publisher.publish(failed(first, 1))
    publisher.publish(answered(came_in(place), 2, "newer"))
    for again in (publisher, Publisher(place)):
        again.publish(answered(first, 1, "late"))
        assert (place.output / "latest.txt").read_text() == "newer"
    assert (place.output / "task_1.txt").read_text() == "late"


def test_a_persons_file_with_a_high_number_does_not_keep_latest_from_moving(place: Place):
    place.output.mkdir(parents=True)
    (place.output / "task_900.txt").write_text("somebody's")
    Publisher(place).publish(answered(came_in(place), 1, "mine"))
    assert (place.output / "latest.txt").read_text() == "mine"


def test_a_folder_in_place_of_latest_does_not_hold_the_answer_back(place: Place):
    (place.output / "latest.txt").mkdir(parents=True)
    _, trouble = Publisher(place).publish(answered(came_in(place), 1))
    assert isinstance(trouble, IsADirectoryError)
    assert (place.output / "task_1.json").exists()


def test_one_that_failed_for_good_lies_beside_its_reason(place: Place):
    prompt = came_in(place, "impossible")
    receipt, _ = Publisher(place).publish(failed(prompt, 3, attempts=5))
    reason = (place.failed / "hello.prompt.reason.txt").read_text()
    assert (place.failed / "hello.prompt").read_text() == "impossible"
    assert "It failed five times." in reason
    assert f"sempre retry turn-{prompt.external_id}" in reason
    assert receipt.where == str(place.output / "task_3.json")
    assert list(place.claimed.iterdir()) == []
    record = json.loads((place.output / "task_3.json").read_bytes())
    assert record["error"] == {"kind": "attempts_used_up", "message": "It failed five times."}
    assert (record["status"], record["answer"]) == ("failed", None)


@pytest.mark.parametrize("left", ["both", "only the reason"])
def test_a_failure_published_again_stays_as_it_is(place: Place, left: str):
    prompt = came_in(place)
    claim = place.claimed / prompt.origin["claim"]
    Publisher(place).publish(failed(prompt, 1))
    if left == "only the reason":  # as after a crash between the two
        (place.failed / "hello.prompt").rename(claim)
        (place.output / "task_1.json").unlink()
    Publisher(place).publish(failed(prompt, 1))
    assert set(files(place.failed)) == {"hello.prompt", "hello.prompt.reason.txt"}
    assert not claim.exists()


def test_failed_prompts_of_the_same_name_do_not_overwrite_each_other(place: Place):
    for number, text in enumerate(["one", "two", "three"], 1):
        Publisher(place).publish(failed(came_in(place, text), number))
    kept = {n: c for n, (c, _) in files(place.failed).items() if not n.endswith(".reason.txt")}
    assert kept == {
        "hello.prompt": b"one",
        "hello.task_2.prompt": b"two",
        "hello.task_3.prompt": b"three",
    }


@pytest.mark.parametrize("name", ["é" * 124 + ".prompt", "new\nline 🎉.prompt"])
def test_any_name_can_fail(place: Place, name: str):
    Publisher(place).publish(failed(came_in(place, "text", name), 1))
    assert sorted(content for content, _ in files(place.failed).values())[-1] == b"text"
    assert len(files(place.failed)) == 2


def test_answered_after_a_retry_it_keeps_its_number_and_leaves_the_failed(place: Place):
    prompt = came_in(place)
    Publisher(place).publish(failed(prompt, 1))
    Publisher(place).publish(answered(prompt, 1, "at last", key="another"))
    assert (place.output / "task_1.txt").read_text() == "at last"
    assert json.loads((place.output / "task_1.json").read_bytes())["status"] == "answered"
    assert files(place.failed) == {}


def test_failed_again_after_a_retry_the_reason_is_the_new_one(place: Place):
    prompt = came_in(place)
    Publisher(place).publish(failed(prompt, 1))
    again = Failure(kind="model_refused", message="It failed again.")
    Publisher(place).publish(failed(prompt, 1, failure=again))
    assert "It failed again." in (place.failed / "hello.prompt.reason.txt").read_text()
    assert set(files(place.failed)) == {"hello.prompt", "hello.prompt.reason.txt"}


def test_a_failed_prompt_that_somebody_moved_back_is_not_touched(place: Place):
    prompt = came_in(place)
    Publisher(place).publish(failed(prompt, 1))
    (place.failed / "hello.prompt").rename(place.queue / "hello.prompt")
    Publisher(place).publish(answered(prompt, 1))
    assert (place.queue / "hello.prompt").exists()


def test_a_turn_that_came_without_a_file_leaves_no_file_behind(place: Place):
    Publisher(place).publish(failed(by_schedule(place), 1))
    assert not place.failed.exists()
    assert (place.output / "task_1.json").exists()


def test_a_cancelled_turn_leaves_its_record_only(place: Place):
    Publisher(place).publish(cancelled(came_in(place), 1))
    assert set(files(place.output)) == {"task_1.json"}
    assert json.loads((place.output / "task_1.json").read_bytes())["status"] == "cancelled"


@pytest.mark.parametrize("in_the_way", [".output", ".output/coder"])
def test_a_file_in_the_way_of_the_folder_is_said_and_tried_again(
    home: Path, place: Place, in_the_way: str
):
    (home / in_the_way).parent.mkdir(exist_ok=True)
    (home / in_the_way).write_text("a file")
    message = answered(came_in(place), 1)
    with pytest.raises(UnavailableError, match=r"in the way.*Move it away") as caught:
        Publisher(place).publish(message)
    assert caught.value.retry_after is not None
    (home / in_the_way).unlink()
    Publisher(place).publish(message)
    assert (place.output / "task_1.txt").read_text() == "Done."


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are POSIX's")
def test_an_output_that_may_not_be_written_is_said_and_the_answer_waits_for_it():
    with somebody_else() as place:
        place.output.mkdir(parents=True)
        message = answered(came_in(place), 1)
        place.output.chmod(0o500)
        with pytest.raises(UnavailableError, match="Permission denied") as caught:
            Publisher(place).publish(message)
        assert caught.value.retry_after is not None
        assert (place.claimed / message.origin["claim"]).exists()
        place.output.chmod(0o700)
        Publisher(place).publish(message)
        assert (place.output / "task_1.txt").read_text() == "Done."


_SMALL_DISK = """
import resource, sys
from pathlib import Path
from sempre.channels.files.layout import Place
from sempre.channels.files.publish import Publisher
from sempre.errors import UnavailableError
from tests.channels.endings import answered
from tests.channels.files.test_publish import came_in
place = Place(Path(sys.argv[1]), "coder")
message = answered(came_in(place), 1, "x" * 50_000)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, most))
try:
    Publisher(place).publish(message)
except UnavailableError as error:
    print(error.code, error.message)
left = [path.name for path in place.output.iterdir()]
assert left == [], left
assert (place.claimed / message.origin["claim"]).exists()
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
Publisher(place).publish(message)
assert (place.output / "task_1.txt").read_text() == "x" * 50_000
print("published")
"""


def test_a_full_disk_is_said_and_the_answer_published_when_there_is_room(
    home: Path, clean_environment: dict[str, str]
):
    run = subprocess.run(
        [sys.executable, "-c", _SMALL_DISK, home],
        env={**clean_environment, "PYTHONPATH": os.pathsep.join(["src", "."])},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    said, done = run.stdout.splitlines()
    assert said.startswith("disk_full There is no room to write")
    assert "Free some space" in said
    assert done == "published"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 10_000
