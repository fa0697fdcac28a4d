"""Cards that don't go straight: sent back by their review, run again with other input, stopped by a person."""

from pathlib import Path

import pytest

from sempre.rehearsal import write_say
from tests.board import work
from tests.durability.cards import CALCULATOR, RUNS_TEST, TEST, Board, stage, verdict, walk, writes
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.board.looking import at_work, read_log, said
from tests.end_to_end.board.owner import Owner
from tests.end_to_end.board.scripts import ADDS, ENDLESS, IMPLEMENTS, Gate, plans, removes

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]

WITH_CHANGES = "".join(
    (
        plans(),
        IMPLEMENTS,
        stage("review", verdict("changes", "No words.", ("calc.py", 1, "Say what it does."))),
        stage("review", verdict("approve", "Now it says so.")),
        stage("changes", writes("calc.py", f'"""Adds."""\n\n{ADDS}'), write_say("Said it.")),
    )
)


def test_a_review_with_changes_goes_back_and_a_later_stage_is_run_again(
    new_board: NewBoard,
) -> None:
    board = new_board("back")
    key = board.card("Add", WITH_CHANGES)
    first = board.wait(board.run(key)["id"])
    assert walk(first) == [
        "plan passed",
        "implement passed",
        "test passed",
        "review changes",
        "implement.changes passed",
        "test passed",
        "review passed",
    ]
    worktree = Path(first["worktree"])
    assert (worktree / "calc.py").read_text().startswith('"""Adds."""')
    assert work.log(board.folder, f"card/{key}-1")[:3] == [
        "Implement BACK-1: Add",
        "Implement BACK-1: Add",
        "Plan BACK-1: Add",
    ]

    given = {
        "description": stage("review", verdict("approve", "As the other description says.")),
        "instructions": "Look at the names too.",
    }
    second = board.wait(board.run(key, fromStage="test", **given)["id"])
    assert walk(second) == ["test passed", "review passed"]
    assert second["input"] == {"spec": None, "comments": None, **given}
    assert second["result"] == "As the other description says."
    assert (second["worktree"], second["head"]) == (first["worktree"], first["head"])
    assert board.show(key)["description"] == WITH_CHANGES
    prompt = board.person.get(f"/api/turns/{second['visits'][-1]['turn']['id']}")["prompt"]
    assert "Look at the names too." in prompt

    assert "Said it." in said(read_log(board, key, first["id"]))
    assert "As the other description says." in said(read_log(board, key, second["id"]))


def test_a_review_catches_a_test_that_was_deleted(owner: Owner, new_board: NewBoard) -> None:
    """Also when a person let the agent delete it. No script says what the review answers: that follows from what it is
    told."""
    files = {"calc.py": CALCULATOR, "test_calc.py": TEST}
    command = f"if [ -e test_calc.py ]; then {RUNS_TEST}; fi"
    board = new_board("gone", files, test=[command])
    card = "".join(
        (
            stage("implement", writes("notes.md", "Nothing.\n"), write_say("Done.")),
            stage("fix", removes("test_calc.py"), write_say("No test fails any more.")),
            stage(
                "changes",
                writes("test_calc.py", TEST),
                writes("calc.py", ADDS),
                write_say("It is back, and passes."),
            ),
        )
    )
    key = board.card("Add", card)
    run_id = board.run(key, fromStage="implement")["id"]
    owner.approve(f"board:gone/{key}")
    run = board.wait(run_id)
    assert walk(run) == [
        "implement passed",
        "test failed",
        "test.fix passed",
        "test passed",
        "review changes",
        "implement.changes passed",
        "test passed",
        "review passed",
    ]
    (caught,) = [each["verdict"] for each in run["visits"] if each["result"] == "changes"]
    assert [each["file"] for each in caught["comments"]] == ["test_calc.py"]
    assert (Path(run["worktree"]) / "test_calc.py").read_text() == TEST


IMPLEMENTED = stage("implement", writes("calc.py", ADDS), write_say("Done."))
STOPPED = {
    "plan": stage("plan", writes("specs/add.md", "# Add\n"), ENDLESS),
    "implement": stage("implement", writes("calc.py", ADDS), ENDLESS),
    "test": IMPLEMENTED,
    "review": IMPLEMENTED + stage("review", ENDLESS),
}
BEGUN = {
    "plan": "turn.tool_result",
    "implement": "turn.tool_result",
    "test": "turn.output",
    "review": "turn.tool",
}


@pytest.mark.parametrize("at", STOPPED)
def test_a_run_is_cancelled(at: str, new_board: NewBoard, tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    board = new_board(f"no{at}"[:10], test=[gate.command])
    key = board.card("Add", STOPPED[at])
    run_id = board.run(key, fromStage="plan" if at == "plan" else "implement")["id"]
    if at == "review":
        gate.open(f"{key}-1")
    board.person.wait(lambda: has_begun(board, key, run_id, at), f"{at} is under way")
    worktree = Path(board.execution(run_id)["worktree"])
    assert at_work(worktree)

    board.act(key, "cancel")
    run = board.wait(run_id)
    assert (run["status"], run["stage"]) == ("cancelled", at)
    board.person.wait(lambda: not at_work(worktree), "what was at work is gone")
    left = "specs/add.md" if at == "plan" else "calc.py"
    assert (worktree / left).read_text()
    assert work.git(worktree, "rev-parse", "--abbrev-ref", "HEAD") == f"card/{key}-1"
    card = board.show(key)
    assert (card["column"], card["run"]["status"]) == (at, "cancelled")
    history = board.person.get(f"/api/cards/{key}/history")
    (cancelled,) = [each for each in history if each["kind"] == "run.cancelling"]
    assert cancelled["by"] == "owner"
    assert board.person.get("/api/dead-letters")["items"] == []


def has_begun(board: Board, key: str, run_id: str, at: str) -> bool:
    run = board.execution(run_id)
    assert run["isActive"], walk(run)
    kinds = {line["kind"] for line in read_log(board, key, run_id) if line["stage"] == at}
    return BEGUN[at] in kinds
