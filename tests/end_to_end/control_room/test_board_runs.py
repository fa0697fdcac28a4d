"""Runs of cards as a person sees them: live, after a refresh, in two tabs, after a failure; decided, commented, merged."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sempre.rehearsal import write_tool
from tests.end_to_end.control_room.boards import Boards, make_repository
from tests.end_to_end.control_room.conftest import Visit
from tests.end_to_end.control_room.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
WIDE = {"width": 1440, "height": 900}
PRICE = "@PLACE/src/price.py"
# The line that begins a stage in the log of a run.
STAGE = re.compile(r"(Plan|Implement|Test|Review)(, (mending what failed|working comments in))?")


def part(stage: str, *script: str) -> str:
    return f"[[{stage}:{''.join(script)}]]"


def verdict(word: str, summary: str, *comments: object) -> str:
    told = {"verdict": word, "summary": summary, "comments": comments}
    return part("review", f"[[verdict:{json.dumps(told)}]]")


def write(path: str, content: str) -> str:
    return write_tool("Write", file_path=path, content=content)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repositories") / "shop")


@pytest.fixture(scope="module")
def shop(boards: Boards, repository: Path) -> str:
    boards.create("shop", repository, wip=3)
    return "shop"


def lines(page: Page) -> Locator:
    return page.get_by_role("log").locator("[data-index]")


def copied_log(page: Page) -> str:
    """All lines, also those that are not drawn, as "copy all" gives them."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the whole log").click()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_run_is_followed_through_refreshes_in_two_tabs_to_its_merge(
    server: Server, visit: Visit, shop: str, boards: Boards, repository: Path
) -> None:
    words = "Reading the code, then writing the plan, one word after the other, slowly."
    key = boards.card(
        shop,
        "Prices have two digits",
        description="\n".join(
            [
                "Prices have two digits.",
                part("plan", write("@PLACE/specs/price.md", "# Two digits\n\nFormat **it**.\n"))[
                    :-2
                ]
                + f"[[drip:12:0.5]][[say:{words}]]]]",
                part(
                    "implement",
                    write(PRICE, "PRICE = 1\n\n\ndef show():\n    return str(PRICE)\n"),
                    write("@PLACE/check.py", "import sys\n\nprint('1 FAILED')\nsys.exit(1)\n"),
                ),
                part("fix", write("@PLACE/check.py", "print('2 passed')\n")),
                verdict(
                    "changes",
                    "Two digits are missing.",
                    {"file": "src/price.py", "line": 5, "text": "Format it."},
                ),
                part(
                    "changes",
                    write(PRICE, "PRICE = 1\n\n\ndef show():\n    return f'{PRICE:.2f}'\n"),
                ),
                verdict("approve", "It is right now."),
            ]
        ),
    )
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}?card={key}")
    page.get_by_role("dialog", name=key).get_by_role("button", name="Run", exact=True).click()
    other = visit(viewport=WIDE).open(server.url, f"/board/{shop}?card={key}&tab=log")
    page.get_by_role("tab", name="Log").click()
    expect(page.get_by_role("log")).to_contain_text("Attempt 1 started")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Attempt 1 started")
    expect(page.get_by_role("dialog", name=key)).to_contain_text("Running")
    boards.await_run(key, "completed")
    page.reload()
    expect(page.get_by_role("dialog", name=key)).to_contain_text("Ready to merge")
    expect(other.get_by_role("dialog", name=key)).to_contain_text("Ready to merge")
    expect(other.get_by_role("log")).to_contain_text("Review")
    first, second = copied_log(page), copied_log(other)
    assert first == second
    assert first.count(words) == 1
    assert first.count("1 FAILED") >= 1
    stages = [line for line in first.splitlines() if STAGE.fullmatch(line)]
    assert stages == [
        "Plan",
        "Implement",
        "Test",
        "Test, mending what failed",
        "Test",
        "Review",
        "Implement, working comments in",
        "Test",
        "Review",
    ]

    page.get_by_role("tab", name="Plan").click()
    expect(page.locator("strong", has_text="it")).to_be_visible()
    watched.shoot("card-plan-dark-1440-en")
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_text("mending what failed")).to_be_visible()
    watched.shoot("card-runs-dark-1440-en")
    assert watched.axe() == []
    page.get_by_role("tab", name="Overview").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    question = page.get_by_role("dialog", name=f"Merge {key}?")
    expect(question).to_contain_text("into main")
    question.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged into main.")).to_be_visible()
    expect(page.locator(f"[data-column='done'] [data-card='{key}']")).to_be_visible()
    assert ".2f" in (repository / "src" / "price.py").read_text()


def test_a_comment_on_a_line_changes_the_file(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    key = boards.card(
        shop,
        "A greeting",
        description="\n".join(
            [
                part("implement", write("@PLACE/src/hello.py", "print('helo')\n")),
                part("changes", write("@PLACE/src/hello.py", "print('hello')\n")),
                verdict(
                    "approve", "Fine.", {"file": "src/hello.py", "line": 1, "text": "Spelling?"}
                ),
            ]
        ),
    )
    boards.run(key)
    boards.await_run(key, "completed")
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}?card={key}&tab=diff")
    file = page.get_by_role("region", name="src/hello.py")
    expect(file).to_contain_text("print('helo')")
    expect(file).to_contain_text("Spelling?")
    watched.shoot("card-diff-dark-1440-en")
    assert watched.axe() == []
    file.get_by_role("button", name="Comment on line 1").click()
    file.get_by_role("textbox").fill("Two l, please.")
    file.get_by_role("button", name="Add the comment").click()
    expect(page.get_by_text("1 comment is not sent yet.")).to_be_visible()
    page.get_by_role("button", name="Send them to the agent").click()
    expect(page).to_have_url(re.compile("tab=log"))
    expect(page.get_by_role("log")).to_contain_text("working comments in")
    boards.await_run(key, "completed")
    page.get_by_role("tab", name="Diff").click()
    expect(page.get_by_role("region", name="src/hello.py")).to_contain_text("print('hello')")
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_role("button", name=re.compile("^Run 1"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Run 2"))).to_be_visible()


def test_a_failure_says_why_after_a_refresh_and_is_retried(
    server: Server, visit: Visit, shop: str, boards: Boards
) -> None:
    key = boards.card(
        shop,
        "It breaks first",
        description=part("implement", "[[http:400]]"),
    )
    boards.run(key)
    boards.await_run(key, "failed")
    watched = visit(viewport=WIDE, color_scheme="dark")
    page = watched.open(server.url, f"/board/{shop}?card={key}")
    drawer = page.get_by_role("dialog", name=key)
    expect(drawer).to_contain_text("scripted error 400")
    watched.shoot("card-failed-dark-1440-en")
    assert watched.axe() == []
    now = visit(viewport=WIDE).open(server.url, "/")
    expect(now.get_by_role("region", name="Trouble")).to_contain_text(key)
    expect(drawer.get_by_role("button", name="Retry Implement")).to_be_visible()
    drawer.get_by_role("button", name="Run again…").click()
    form = drawer.get_by_role("form", name="Run from…")
    expect(form.get_by_role("radio", name="Implement")).to_be_checked()
    form.get_by_label("Description for this run").fill(
        part("implement", write("@PLACE/src/x.py", "X = 1\n"))
    )
    form.get_by_role("button", name="Run from Implement").click()
    boards.await_run(key, "queued", "running", "completed")
    boards.await_run(key, "completed")
    expect(drawer).to_contain_text("Ready to merge")
    expect(now.get_by_role("region", name="Waiting for you")).to_contain_text(key)


def test_a_plan_waits_for_a_person_and_a_run_is_cancelled(
    server: Server, visit: Visit, boards: Boards, tmp_path: Path
) -> None:
    boards.create("read", make_repository(tmp_path / "read"), approve_plan=True)
    key = boards.card(
        "read",
        "Read me first",
        description=part("implement", "[[drip:400:0.5]]", f"[[say:{'Going on. ' * 80}]]"),
    )
    boards.run(key)
    boards.await_run(key, "waiting")
    page = visit(viewport=WIDE).open(server.url, f"/board/read?card={key}&tab=plan")
    drawer = page.get_by_role("dialog", name=key)
    expect(drawer).to_contain_text("The plan is written.")
    drawer.get_by_role("button", name="Approve the plan").click()
    boards.await_run(key, "running")
    expect(page.locator(f"#main [data-card='{key}']")).to_contain_text("Going on.")
    drawer.get_by_role("button", name="Cancel the run").click()
    page.get_by_role("dialog", name=f"Cancel the run of {key}?").get_by_role(
        "button", name="Cancel the run"
    ).click()
    boards.await_run(key, "cancelled")
    expect(drawer).to_contain_text("owner ended it.")
