"""What becomes of a run's work, and of a run that nobody runs, by the buttons of its card."""

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.board import work
from tests.durability.cards import Board, stage
from tests.end_to_end.board.card_page import READY, WITHIN, CardPage
from tests.end_to_end.board.conftest import NewBoard
from tests.end_to_end.board.scripts import APPROVES, IMPLEMENTS
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def ready(board: Board) -> str:
    """A card whose change was approved."""
    key = board.card("Add", IMPLEMENTS + APPROVES)
    run = board.wait(board.run(key, fromStage="implement")["id"])
    assert run["status"] == "completed", run
    return key


def test_a_base_that_moved_on_is_caught_up_with_and_the_work_is_thrown_away(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("moved")
    key = ready(board)
    branch = f"card/{key}-1"
    work.write(board.folder, {"other.py": "OTHER = 1\n"})
    tip = work.commit(board.folder, "Meanwhile")
    card = CardPage(visit(), server.url, board.name, key).open()
    standing = card.drawer.get_by_role("region", name="How it stands")

    card.press("Merge")
    card.page.get_by_role("dialog", name=f"Merge {key}?").get_by_role(
        "button", name="Merge", exact=True
    ).click()
    expect(standing).to_contain_text("main has moved on since this card began")
    card.press("Rebase")
    expect(card.page.get_by_text(f"{branch} stands on main as it is now.")).to_be_visible()
    expect(standing).not_to_contain_text("has moved on")
    assert work.git(board.folder, "merge-base", "main", branch) == tip
    card.press("Look at the diff")
    expect(card.drawer.get_by_role("region", name="calc.py", exact=True)).to_be_visible()
    expect(card.drawer.get_by_role("region", name="other.py", exact=True)).to_have_count(0)

    card.show("overview")
    card.press("Discard the work")
    question = card.page.get_by_role("dialog", name=f"Discard the work on {key}?")
    expect(question).to_contain_text(branch)
    question.get_by_role("button", name="Discard the work").click()
    expect(card.page.get_by_text("The work is discarded.")).to_be_visible()
    for _ in range(2):
        expect(standing).to_contain_text("Its branch and worktree were thrown away by owner,")
        expect(standing.get_by_role("button", name="Merge")).to_have_count(0)
        card.refresh()
    expect(card.page.locator(f"#main [data-card={key}]")).to_contain_text("Discarded by owner")
    assert work.git(board.folder, "branch", "--list", branch) == ""
    assert board.show(key)["run"]["settlement"] == "discarded"
    assert "calc.py" not in work.git(board.folder, "ls-tree", "-r", "--name-only", "main")


def test_a_run_that_nobody_runs_is_shown_as_stuck_and_taken_up(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    """As after a loss that Sempre did not see: the row says that it runs, the engine knows of no such run."""
    board = new_board("stuck")
    key = ready(board)
    run_id = board.show(key)["run"]["id"]
    database = server.rehearsal / ".sempre" / "sempre.sqlite"
    with sqlite3.connect(database, timeout=30) as db:
        db.execute("UPDATE runs SET state='running', ended_at=NULL WHERE id=?", [run_id])
        db.execute("UPDATE boards SET node='celeiro' WHERE id=?", [board.name])
    card = CardPage(visit(color_scheme="dark"), server.url, board.name, key).open()
    on_board = card.page.locator(f"[data-column=review] [data-card={key}]")
    # As long as the machine that has its repository is away, there is nothing that a person could do about it here.
    card.stands("Review", "Its machine is away")
    expect(on_board).to_contain_text("Its machine is away")
    expect(card.drawer).to_contain_text(
        "Its repository is on celeiro, where Sempre does not run now."
    )
    expect(card.drawer.get_by_role("button", name="Unstick")).to_have_count(0)
    with sqlite3.connect(database, timeout=30) as db:
        db.execute("UPDATE boards SET node=NULL WHERE id=?", [board.name])
    card.refresh()
    card.stands("Review", "Stuck")
    expect(on_board).to_contain_text("Stuck")
    card.shoot("card-stuck-dark-1280-en")
    card.press("Unstick")
    expect(card.page.get_by_text("It is taken up again.")).to_be_visible()
    card.stands("Review", READY)
    expect(on_board).to_contain_text(READY, timeout=WITHIN)
    assert board.execution(run_id)["status"] == "completed"
    assert len(board.person.get(f"/api/cards/{key}/runs")) == 1


def test_a_card_behind_a_quota_wall_says_until_when_and_may_be_tried_before(
    server: Server, visit: Visit, new_board: NewBoard
) -> None:
    board = new_board("wall")
    key = board.card("Add", stage("plan", "[[quota]]"))
    run_id = board.run(key)["id"]
    card = CardPage(visit(color_scheme="dark"), server.url, board.name, key).open()
    standing = card.drawer.get_by_role("region", name="How it stands")
    for _ in range(2):
        expect(standing).to_contain_text("Parked until", timeout=WITHIN)
        expect(card.page.locator(f"#main [data-card={key}]")).to_contain_text("Parked until")
        with card.page.expect_response(lambda answer: "/resume" in answer.url) as answer:
            card.press("Try now")
        assert answer.value.status == 200
    expect(standing).to_contain_text("Parked until", timeout=WITHIN)
    card.shoot("card-parked-dark-1280-en")
    board.act(key, "cancel")
    assert board.wait(run_id)["status"] == "cancelled"
    expect(standing).not_to_contain_text("Parked until")
