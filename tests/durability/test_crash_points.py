"""The process is killed at each point of the way from a prompt file to its answer file; the next start finishes it.

One answer a prompt, one number, nothing left over. The model is asked again only when the crash came before its
answer could be known.
"""

from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi
from tests.support.server import Server, drop, output, record

pytestmark = pytest.mark.slow

# The point, and how often the provider may have been asked in the end.
POINTS = [
    ("files.claimed", 1),
    ("turn.stored", 1),  # without a workflow: submitted at the next start
    ("files.accepted", 1),
    ("turn.attempted", 1),
    ("turn.agent_done", 1),  # the answer stands in the transcript: adopted
    ("turn.answered", 1),
    ("files.text", 1),
    ("files.latest", 1),
    ("files.json", 1),
    ("turn.sent", 1),
    ("turn.marked", 1),
    ("files.removed", 1),
]


@pytest.mark.parametrize(("point", "asked"), POINTS)
def test_a_crash_at_this_point_loses_nothing_and_doubles_nothing(
    server: Server, provider: MessagesApi, point: str, asked: int
) -> None:
    (server.home / ".queue" / "coder").mkdir(parents=True)
    server.start(SEMPRE_CRASH_AT=point)
    drop(server.home, "coder", "hello", "[[say:the answer]]")
    assert server.wait_dead() == -9, "the point was never passed"

    server.start().wait_ready()
    server.wait_for(lambda: record(server.home, "coder", 1) is not None, "the record is there")
    server.wait_for(lambda: _claims(server.home) == [], "the claim is gone")
    assert server.stop() == 0

    assert output(server.home, "coder") == {1: "the answer"}
    assert (server.home / ".output/coder/latest.txt").read_text() == "the answer"
    written = record(server.home, "coder", 1)
    assert written is not None
    assert written["status"] == "answered"
    assert record(server.home, "coder", 2) is None
    assert list((server.home / ".queue/coder").glob("*.prompt")) == []
    assert len([call for call in provider.record.messages if call.answered]) == asked


def test_a_failed_prompt_is_put_aside_once_whatever_happens(server: Server) -> None:
    (server.home / ".queue" / "coder").mkdir(parents=True)
    server.start(SEMPRE_CRASH_AT="files.failed")
    drop(server.home, "coder", "bad", "[[http:400]]")
    assert server.wait_dead() == -9

    server.start().wait_ready()
    server.wait_for(lambda: record(server.home, "coder", 1) is not None, "the record is there")
    assert server.stop() == 0
    failed = sorted(path.name for path in (server.home / ".queue/coder/.failed").iterdir())
    assert failed == ["bad.prompt", "bad.prompt.reason.txt"]
    written = record(server.home, "coder", 1)
    assert written is not None
    assert written["status"] == "failed"


def _claims(home: Path) -> list[str]:
    folder = home / ".queue" / "coder" / ".claimed"
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]
