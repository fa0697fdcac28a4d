"""The file that shows a worker's session, on a real Sempre: what a person does to it counts before the next turn."""

import uuid

import pytest

from tests.app.conftest import Live

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
COUNTED = "[[say:heard]] [[nmsg]]"  # how many messages the model is shown
NEW = 2


def in_the_users_own(live: Live) -> str:
    """A conversation that the user had with their own Claude Code, of one turn."""
    ours = live.ask("theirs", 1, "[[say:one]]")["session"]
    (transcript,) = (live.home / ".sempre" / "claude").glob(f"projects/*/{ours}.jsonl")
    theirs = str(uuid.uuid4())
    folder = live.user / ".claude" / "projects" / "-home-ana-project"
    folder.mkdir(parents=True)
    (folder / f"{theirs}.jsonl").write_text(transcript.read_text("utf-8").replace(ours, theirs))
    return theirs


def test_it_adopts_resets_and_adopts_again(live: Live) -> None:
    theirs = in_the_users_own(live)
    file = live.home / ".session_coder.txt"
    file.write_text(f"{theirs}\n")

    first = live.ask("coder", 1, COUNTED)
    assert first["session"] == theirs
    assert heard(live, 1) > NEW, "it knows what was said"
    assert file.read_text() == f"{theirs}\n"

    file.unlink()
    second = live.ask("coder", 2, COUNTED)
    assert second["session"] != theirs
    assert heard(live, 2) == NEW
    live.server.wait_for(file.exists, "the session is shown")
    assert file.read_text() == f"{second['session']}\n"

    file.write_text(theirs.upper())
    third = live.ask("coder", 3, COUNTED)
    assert third["session"] == theirs
    assert heard(live, 3) > heard(live, 1)
    live.server.wait_for(lambda: file.read_text() == f"{theirs}\n", "it is shown as it is")


def heard(live: Live, number: int) -> int:
    answer = (live.home / ".output" / "coder" / f"task_{number}.txt").read_text()
    return int(answer.rpartition("nmsg=")[2])
