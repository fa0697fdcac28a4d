"""The server is killed while tests run: stage, log and session are there again, and the run comes to its end."""

import re
from pathlib import Path

import pytest

from sempre.rehearsal import write_say
from tests.durability.cards import stage, verdict, walk, writes
from tests.end_to_end.board.card_page import READY, TALL, CardPage
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.board.looking import at_work, read_log, said
from tests.end_to_end.board.scripts import ADDS, IMPLEMENTS, Gate, plans
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]

MESSAGES_OF_PLAN_AND_IMPLEMENT = 10


def test_killed_during_test_a_run_goes_on_there(
    server: Server, visit: Visit, new_board: NewBoard, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "gate")
    board = new_board("crash", test=[gate.command])
    script = "".join(
        (
            plans(),
            IMPLEMENTS,
            stage("review", verdict("changes", "No words.", ("calc.py", 1, "Say what it does."))),
            stage("review", verdict("approve", "Fine.")),
            # It says how many messages the conversation has that it goes on in.
            stage(
                "changes", "[[nmsg]]", writes("calc.py", f"# Adds.\n{ADDS}"), write_say("Said it.")
            ),
        )
    )
    key = board.card("Add", script)
    card = CardPage(visit(viewport=TALL), server.url, board.name, key).open()
    card.press("Run")
    card.show("log")
    card.says("waiting")
    card.stands("Test", "Running")
    before = board.execution(board.show(key)["run"]["id"])
    rows = card.rows()
    worktree = Path(before["worktree"])
    at_first = set(at_work(worktree))
    assert at_first

    server.kill_alone()
    server.start()
    card.refresh()
    card.stands("Test", "Running")
    card.says("Planned.")
    card.has(rows)
    board.person.wait(
        lambda: bool(now := set(at_work(worktree))) and not now & at_first,
        "the tests run again, and only once",
    )

    gate.open(f"{key}-1")
    card.stands("Review", READY)
    run = board.execution(before["id"])
    assert walk(run) == [
        "plan passed",
        "implement passed",
        "test passed",
        "review changes",
        "implement.changes passed",
        "test passed",
        "review passed",
    ]
    assert run["sessionId"] == before["sessionId"]
    of_session = [each for each in run["visits"] if each["stage"] in {"plan", "implement"}]
    assert {each["sessionId"] for each in of_session} == {run["sessionId"]}
    assert len(board.person.get(f"/api/cards/{key}/runs")) == 1
    assert board.person.get("/api/dead-letters")["items"] == []
    lines = read_log(board, key, run["id"])
    (messages,) = re.findall(r"Said it\. nmsg=(\d+)", said(lines))
    assert int(messages) > MESSAGES_OF_PLAN_AND_IMPLEMENT
    assert not [line for line in lines if line["kind"] == "turn.ended" and line["type"] == "error"]
