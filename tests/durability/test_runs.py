"""Runs of cards on the real Claude Code, and what a kill -9 does to them: nothing is lost, nothing is done twice, nothing
stays behind."""

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi, write_say
from tests.board import work
from tests.durability.cards import (
    CALCULATOR,
    TEST,
    Board,
    broken_promises,
    quick_card,
    repository,
    stage,
    verdict,
    walk,
    writes,
)
from tests.durability.person import Person
from tests.support.server import Server, children_of

pytestmark = pytest.mark.slow
_SEED = int(os.environ.get("SEMPRE_SOAK_SEED", "7"))


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    server.environment = {**server.environment, "SEMPRE_TURNS__ATTEMPTS": "1000"}
    server.start(SEMPRE_SERVER__GRACE_SECONDS="1").wait_ready()
    made = Person(server).log_in()
    yield made
    made.close()


@pytest.fixture
def board(person: Person, tmp_path: Path) -> Board:
    return Board(person, repository(tmp_path / "calc")).make()


WHOLE = "".join(
    (
        "Write a function that adds.\n",
        stage("plan", writes("specs/calc-1-add.md", "# Add\n"), write_say("Planned.")),
        stage(
            "implement",
            writes("calc.py", CALCULATOR),
            writes("test_calc.py", TEST),
            write_say("Done."),
        ),
        stage("fix", writes("calc.py", CALCULATOR.replace("a - b", "a + b")), write_say("Mended.")),
        stage("review", verdict("changes", "No words.", ("calc.py", 1, "Say what it does."))),
        stage("review", verdict("approve", "Fine.")),
        stage(
            "changes",
            writes("calc.py", '"""Adds."""\n\n' + CALCULATOR.replace("a - b", "a + b")),
            write_say("Said it."),
        ),
    )
)


@pytest.mark.timeout(900)
def test_a_card_fails_a_test_is_mended_reviewed_changed_and_merged(board: Board) -> None:
    key = board.card("Add", WHOLE)
    run = board.wait(board.run(key)["id"])
    assert run["status"] == "completed", json.dumps(run, indent=1)
    assert "; ".join(walk(run)) == (
        "plan passed; implement passed; test failed; test.fix passed; test passed; review changes; "
        "implement.changes passed; test passed; review passed"
    )
    card = board.show(key)
    assert (card["column"], card["specPath"]) == ("review", "specs/calc-1-add.md")
    commit = board.act(key, "merge")["commit"]
    assert board.show(key)["column"] == "done"
    assert work.git(board.folder, "rev-parse", "main") == commit
    assert (board.folder / "calc.py").read_text().startswith('"""Adds."""')
    assert not Path(run["worktree"]).exists()


@pytest.mark.timeout(900)
def test_killed_in_each_stage_the_run_goes_on_there(board: Board, server: Server) -> None:
    slow = "[[delay:1]]"
    parts = (
        stage("plan", slow, writes("specs/calc-1-slow.md", "# Slow\n"), write_say("ok")),
        stage("implement", slow, writes("calc.py", "1\n"), write_say("ok")),
        stage("review", slow, verdict("approve", "Fine.")),
    )
    work.write(board.folder, {"test_calc.py": "import time; time.sleep(1.5); print('ok')\n"})
    work.commit(board.folder, "A slow test")
    key = board.card("Slow", "".join(parts))
    run_id = board.run(key)["id"]
    for each in ("plan", "implement", "test", "review"):
        board.wait_stage(run_id, each)
        server.kill()
        server.start().wait_ready()
    run = board.wait(run_id)
    assert run["status"] == "completed", json.dumps(run, indent=1)
    assert walk(run) == ["plan passed", "implement passed", "test passed", "review passed"]
    assert len({visit["sessionId"] for visit in run["visits"][:2]}) == 1
    assert broken_promises(server.home, board.folder, [key]) == []
    assert not sleepers(server)


def storm(board: Board, server: Server, runs: int, blows: int) -> None:
    """`runs` cards are run at once, the server is killed at random moments, then all has to come to its end."""
    dice = random.Random(_SEED)
    keys = [board.card(f"Part {number}", quick_card(number)) for number in range(runs)]
    started = [board.run(key)["id"] for key in keys]
    for _ in range(blows):
        time.sleep(dice.uniform(0.2, 3))
        server.kill()
        server.start(SEMPRE_SERVER__GRACE_SECONDS="1").wait_ready()
    server.wait_for(
        lambda: not any(board.execution(each)["isActive"] for each in started),
        "every run has ended",
        within=180 + 60 * runs,
    )
    broken = broken_promises(server.home, board.folder, keys)
    print(f"\n{runs} runs, {blows} blows, seed {_SEED}, promises broken: {len(broken)}")
    assert broken == []


@pytest.mark.timeout(900)
def test_a_few_runs_under_blows(person: Person, tmp_path: Path, server: Server) -> None:
    board = Board(person, repository(tmp_path / "calc")).make(test=["true"], wip=2)
    storm(board, server, runs=2, blows=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fifty_runs_under_blows(
    person: Person, tmp_path: Path, server: Server, provider: MessagesApi
) -> None:
    board = Board(person, repository(tmp_path / "calc")).make(test=["true"], wip=6)
    storm(board, server, runs=50, blows=40)
    print(f"model calls {len(provider.record.messages)}")


def sleepers(server: Server) -> list[int]:
    """Processes of the server's that outlived what they were started for."""
    end = time.monotonic() + 30
    assert server.stop() == 0
    while (left := children_of(server.home)) and time.monotonic() < end:
        time.sleep(0.1)
    return left
