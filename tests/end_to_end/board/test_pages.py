"""A run on the page: watched over refreshes and in two tabs, failed and retried, commented on by the line."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sempre.rehearsal import write_say
from tests.durability.cards import stage, verdict, walk, writes
from tests.end_to_end.board.card_page import READY, TALL, WITHIN, CardPage, numbered
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.board.looking import read_log, said
from tests.end_to_end.board.scripts import ADDS, APPROVES, IMPLEMENTS, Gate, plans
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def test_refreshed_during_plan_the_log_goes_on(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    words = numbered("plan", 90)
    board = new_board("fresh")
    key = board.card("Add", plans("# Add\n", " ".join(words), "[[drip:90:0.1]]") + IMPLEMENTS)
    card = CardPage(visit(viewport=TALL), server.url, board.name, key).open()
    card.press("Run")
    card.show("log")
    for marker in (5, 35, 60):
        card.says(words[marker])
        card.stands("Plan", "Running")
        card.refresh()
    card.says(words[-1])
    assert card.words() == words, "the log has a gap, a double, or another order"
    card.stands("Review", READY)
    run = board.execution(board.show(key)["run"]["id"])
    assert walk(run) == ["plan passed", "implement passed", "test passed", "review passed"]
    assert " ".join(words) in said(read_log(board, key, run["id"]))


def test_refreshed_five_times_a_page_shows_what_another_shows(
    server: Server, visit: Visit, new_board: NewBoard, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "gate")
    words = {name: numbered(name, 30) for name in ("plan", "implement", "test", "review")}
    say = {name: write_say(" ".join(each)) for name, each in words.items()}
    slowly = "[[drip:30:0.1]]"
    script = "".join(
        (
            stage("plan", slowly, writes("specs/add.md", "# Add\n"), say["plan"]),
            stage("implement", slowly, writes("calc.py", ADDS), say["implement"]),
            stage("review", f"[[think:{' '.join(words['review'])}]]", verdict("approve", "Fine.")),
        )
    )
    # Its own text, which the log shows too, has none of the words.
    say_words = f"seq -f test%03g 0 {len(words['test']) - 1}"
    board = new_board("two", test=[f"{say_words}; {gate.command}"])
    key = board.card("Add", script)
    watched, other = (
        CardPage(visit(viewport=TALL), server.url, board.name, key).open("overview")
        for _ in range(2)
    )
    other.press("Run")
    for each in (watched, other):
        each.show("log")
    for name in ("Plan", "Implement", "Test"):
        watched.begins(name)
        watched.refresh()
    watched.says(words["test"][-1])
    watched.stands("Test", "Running")
    gate.open(f"{key}-1")
    watched.begins("Review")
    watched.refresh()
    for each in (watched, other):
        each.stands("Review", READY)
    watched.refresh()
    watched.begins("Review")
    for each in (watched, other):
        each.says(words["review"][-1])
        each.unfold()
    assert watched.words() == [word for each in words.values() for word in each]
    watched.shows_the_same_as(other)


def test_an_error_is_shown_after_a_refresh_and_its_stage_retried(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("error")
    key = board.card("Add", plans() + stage("implement", "[[http:400]]") + APPROVES)
    card = CardPage(visit(color_scheme="dark"), server.url, board.name, key).open()
    card.press("Run")
    for _ in range(2):
        card.stands("Implement", "Failed")
        error = board.show(key)["run"]["workflowError"]
        standing = card.drawer.get_by_role("region", name="How it stands")
        expect(standing).to_contain_text(error)
        card.refresh()
    on_board = card.page.locator(f"[data-column=implement] [data-card={key}]")
    expect(on_board).to_contain_text("Failed at Implement")
    card.shoot("card-failed-dark-1280-en")
    first = board.show(key)["run"]["id"]
    board.edit(key, description=IMPLEMENTS + APPROVES)
    card.press("Retry Implement")
    card.stands("Review", READY)
    second = board.execution(board.show(key)["run"]["id"])
    assert walk(second) == ["implement passed", "test passed", "review passed"]
    assert walk(board.execution(first)) == ["plan passed", "implement error"]
    assert second["sessionId"] == board.execution(first)["sessionId"]
    assert (Path(second["worktree"]) / "calc.py").read_text() == ADDS


def test_a_cancelled_card_says_so_and_what_became_of_its_work(
    server: Server, visit: Visit, new_board: NewBoard, tmp_path: Path
) -> None:
    board = new_board("stop", test=[Gate(tmp_path / "gate").command])
    key = board.card("Add")
    board.run(key, fromStage="test")
    card = CardPage(visit(), server.url, board.name, key).open()
    card.stands("Test", "Running")
    card.press("Cancel the run")
    card.page.get_by_role("dialog", name=f"Cancel the run of {key}?").get_by_role(
        "button", name="Cancel the run"
    ).click()
    card.stands("Test", "Cancelled")
    for _ in range(2):
        standing = card.drawer.get_by_role("region", name="How it stands")
        expect(standing).to_contain_text("owner ended it. What it did stays in its worktree.")
        expect(card.page.locator(f"[data-column=test] [data-card={key}]")).to_contain_text(
            "Cancelled by owner"
        )
        card.refresh()


def test_a_comment_on_a_line_changes_the_file(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("lines")
    renamed = "def add(left, right):\n    return left + right\n"
    changes = stage("changes", writes("calc.py", renamed), write_say("Renamed."))
    key = board.card("Add", IMPLEMENTS + APPROVES + changes)
    board.wait(board.run(key, fromStage="implement")["id"])
    card = CardPage(visit(), server.url, board.name, key).open("diff")
    file = card.drawer.get_by_role("region", name="calc.py", exact=True)
    file.get_by_role("button", name="Comment on line 1", exact=True).click()
    file.get_by_role("textbox", name="Comment on line 1").fill("Say left and right.")
    file.get_by_role("button", name="Add the comment").click()
    expect(file).to_contain_text("not sent yet")
    card.refresh()
    expect(card.drawer).to_contain_text("1 comment is not sent yet.")
    card.shoot("card-diff-light-1280-en")
    card.press("Send them to the agent")
    card.says("Renamed.")
    card.stands("Review", READY)
    run = board.execution(board.show(key)["run"]["id"])
    assert walk(run) == ["implement.changes passed", "test passed", "review passed"]
    prompt = board.person.get(f"/api/turns/{run['visits'][0]['turn']['id']}")["prompt"]
    assert "calc.py:1: Say left and right." in prompt
    card.show("diff")
    expect(file).to_contain_text("def add(left, right):", timeout=WITHIN)
    expect(card.drawer.get_by_text(re.compile("not sent yet"))).to_have_count(0)
